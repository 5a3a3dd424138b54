# Sourced. apt_install PACKAGES...: installs them where this user may, else fails.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        return 1
    fi
    echo "installing with apt-get: $*"
    $as_root apt-get update -qq || { sleep 5; $as_root apt-get update -qq; } || return 1
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
