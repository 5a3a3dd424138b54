#!/bin/bash
# Makes a village station (or a township's node) of a machine with Debian 12 or newer, or Raspberry Pi OS.
#
#   sudo deploy/station.sh [--conf FILE] [--no-screen] [--skip-apt]
#
# May be run again at any time: it brings the machine to the state that FILE and this checkout say, and
# changes nothing else. Settings are /etc/kiosk/station.conf (deploy/station.conf is the pattern). An
# existing node is never made anew, a village that joined does not join again.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(dirname "$here")
conf=/etc/kiosk/station.conf
node=/var/lib/kiosk/node
lib=/usr/local/lib/kiosk
with_screen=yes
with_apt=yes

say() { printf '== %s\n' "$*"; }
die() { printf 'station.sh: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
    case $1 in
    --conf) given=${2:?which file?}; shift 2 ;;
    --no-screen) with_screen=no; shift ;;
    --skip-apt) with_apt=no; shift ;;
    -h | --help) sed -n '2,9p' "${BASH_SOURCE[0]}" | cut -c3-; exit 0 ;;
    *) die "unknown option $1" ;;
    esac
done

[ "$(id -u)" = 0 ] || die "run it as root: sudo deploy/station.sh"
[ -f "$source/pyproject.toml" ] || die "$source is no checkout of this program"

# ---- settings ----
install -d -m 755 /etc/kiosk
if [ -n "${given:-}" ] && [ "$given" != "$conf" ]; then
    install -m 600 "$given" "$conf"
fi
if [ ! -f "$conf" ]; then
    install -m 600 "$here/station.conf" "$conf"
    die "fill in $conf, then run this again"
fi
ROLE='' CODE='' NAME='' TOWNSHIP_URL='' ENROL_CODE='' PUBLIC_URL='' OFFICER='' SCREEN=''
SUPERVISION_PHONE='' REPORT_PHONE='' OFFICE_PHONE='' ADDRESS='' OFFICE_HOURS=''
PORT=8000 HOST=127.0.0.1
# shellcheck source=/dev/null
. "$conf"
[[ $ROLE =~ ^(village|township|county)$ ]] || die "ROLE in $conf is village, township or county"
[[ $CODE =~ ^[0-9]{12}$ ]] || die "CODE in $conf has twelve digits"
[ -n "$NAME" ] || die "NAME in $conf is missing"
if [ "$ROLE" != village ] || [ -z "$SCREEN" ]; then with_screen=no; fi

# systemd is there on a machine, and not in a folder where an image is made.
if [ -d /run/systemd/system ]; then live=yes; else live=no; fi
systemctl_() { if [ "$live" = yes ]; then systemctl "$@"; fi; }
enable_() {
    if [ "$live" = yes ]; then
        systemctl enable --quiet --now "$@"
    else
        systemctl enable --quiet "$@"
    fi
}
# Puts a file in place; true where it was another before.
put() {
    if cmp -s "$1" "$2"; then return 1; fi
    install -D -m "${3:-644}" "$1" "$2"
}

# ---- packages ----
if [ "$with_apt" = yes ]; then
    say "packages"
    packages=(python3 python3-venv curl ca-certificates fonts-noto-cjk unattended-upgrades
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 espeak-ng)
    if [ "$with_screen" = yes ]; then packages+=(chromium cage v4l-utils); fi
    missing=()
    for each in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$each" 2>/dev/null | grep -q ' installed$' || missing+=("$each")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    fi
fi

# ---- users ----
say "users"
if ! getent passwd kiosk >/dev/null; then
    useradd --system --user-group --home-dir /var/lib/kiosk --shell /usr/sbin/nologin kiosk
fi
install -d -o kiosk -g kiosk -m 700 /var/lib/kiosk
if [ "$with_screen" = yes ]; then
    if ! getent passwd kiosk-screen >/dev/null; then
        useradd --system --user-group --create-home --home-dir /var/lib/kiosk-screen \
            --shell /usr/sbin/nologin kiosk-screen
    fi
    for group in video render input audio; do
        if getent group "$group" >/dev/null; then usermod -a -G "$group" kiosk-screen; fi
    done
fi

# ---- files ----
say "files"
for each in kiosk-backup kiosk-browser kiosk-display kiosk-release; do
    put "$here/bin/$each" "$lib/$each" 755 || true
done
ln -sfn "$lib/kiosk-release" /usr/local/sbin/kiosk-release
ln -sfn /opt/kiosk/current/bin/kiosk /usr/local/bin/kiosk
units=(kiosk.service kiosk-backup.service kiosk-backup.timer)
if [ "$with_screen" = yes ]; then
    units+=(kiosk-screen.service kiosk-display.service kiosk-display.timer)
fi
changed=no
for each in "${units[@]}"; do
    if put "$here/systemd/$each" "/etc/systemd/system/$each"; then changed=yes; fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'KIOSK_HOST=%s\nKIOSK_PORT=%s\n' "$HOST" "$PORT" >"$work/node.env"
if put "$work/node.env" /etc/kiosk/node.env; then changed=yes; fi
put "$here/etc/52kiosk-unattended" /etc/apt/apt.conf.d/52kiosk-unattended || true

if [ "$with_screen" = yes ]; then
    printf 'KIOSK_PORT=%s\nKIOSK_SCREEN="%s"\n' "$PORT" "$SCREEN" >"$work/screen.env"
    if put "$work/screen.env" /etc/kiosk/screen.env; then changed=yes; fi
    sed "s/:8000/:$PORT/g" "$here/etc/chromium-policies.json" >"$work/policies.json"
    put "$work/policies.json" /etc/chromium/policies/managed/kiosk.json || true
    put "$here/etc/kiosk-screen.pam" /etc/pam.d/kiosk-screen || true
    # No other terminal, no magic key, no restart from a keyboard that somebody plugs in.
    printf '[Login]\nNAutoVTs=0\nReserveVT=0\nHandlePowerKey=poweroff\n' >"$work/logind.conf"
    put "$work/logind.conf" /etc/systemd/logind.conf.d/kiosk.conf || true
    printf 'kernel.sysrq = 0\n' >"$work/sysctl.conf"
    put "$work/sysctl.conf" /etc/sysctl.d/60-kiosk.conf || true
    systemctl mask --quiet ctrl-alt-del.target getty@tty1.service 2>/dev/null || true
fi
# A stick with the label SANWU-BAK is mounted when the backup touches it.
stick='LABEL=SANWU-BAK /media/kiosk-backup auto nofail,noauto,x-systemd.automount,x-systemd.idle-timeout=60,x-systemd.device-timeout=5,umask=0077,uid=kiosk,gid=kiosk 0 0'
install -d /media/kiosk-backup
if ! grep -qs '^LABEL=SANWU-BAK ' /etc/fstab; then printf '%s\n' "$stick" >>/etc/fstab; changed=yes; fi
if [ "$changed" = yes ]; then systemctl_ daemon-reload; fi

# ---- the program ----
# What is installed is told by the content of the source, so that running this again builds nothing.
mark=$(cd "$source" && find kiosk board_templates pyproject.toml requirements/runtime.txt -type f \
    -not -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
if [ "$(cat /opt/kiosk/source 2>/dev/null || true)" != "$mark" ] || [ ! -x /opt/kiosk/current/bin/kiosk ]; then
    say "the program"
    KIOSK_PORT=$PORT "$lib/kiosk-release" install "$source"
    printf '%s\n' "$mark" >/opt/kiosk/source
fi

# ---- the node ----
as_kiosk() { runuser -u kiosk -- env PYTHONUTF8=1 /opt/kiosk/current/bin/kiosk "$@"; }
if [ ! -f "$node/node.toml" ]; then
    say "the node"
    contacts=()
    contact() { if [ -n "$2" ]; then contacts+=(--contact "$1=$2"); fi; }
    contact supervision_phone "$SUPERVISION_PHONE"
    contact report_phone "$REPORT_PHONE"
    contact office_phone "$OFFICE_PHONE"
    contact address "$ADDRESS"
    contact office_hours "$OFFICE_HOURS"
    public=()
    if [ -n "$PUBLIC_URL" ]; then public=(--public-url "$PUBLIC_URL"); fi
    as_kiosk init "$node" --role "$ROLE" --code "$CODE" --name "$NAME" "${public[@]}" "${contacts[@]}"
    if [ -n "$OFFICER" ]; then
        role=officer
        if [ "$ROLE" != village ]; then role=supervisor; fi
        as_kiosk account add "$node" "$OFFICER" --role "$role"
    fi
fi
if [ -n "$TOWNSHIP_URL" ] && [ -n "$ENROL_CODE" ] && ! grep -q '^\[upstream\]' "$node/node.toml"; then
    say "joining $TOWNSHIP_URL"
    as_kiosk enrol "$node" "$TOWNSHIP_URL" "$ENROL_CODE" ||
        printf 'station.sh: not joined yet; run this again with a new ENROL_CODE\n' >&2
fi

# ---- services ----
say "services"
enable_ kiosk.service kiosk-backup.timer
if [ "$with_screen" = yes ]; then enable_ kiosk-screen.service kiosk-display.timer; fi
if [ "$changed" = yes ]; then
    systemctl_ try-restart kiosk.service
    if [ "$with_screen" = yes ]; then systemctl_ try-restart kiosk-screen.service; fi
fi
if [ "$live" = yes ]; then
    say "what is still missing"
    as_kiosk doctor "$node" --port "$PORT" || true
fi
say "done: $NAME ($CODE)"
