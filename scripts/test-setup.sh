#!/bin/sh
# Installs what the tests need beyond Python where it may. Where it may not it says so here,
# and the tests that need it fail with the same reason; nothing is skipped in silence.
set -u
. "$(dirname "$0")/apt.sh"
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || missing="$missing fontconfig fonts-noto-cjk"
command -v go >/dev/null 2>&1 || missing="$missing golang-go"
[ -d /usr/share/gocode/src/golang.org/x/mod ] || missing="$missing golang-golang-x-mod-dev"
ldconfig -p 2>/dev/null | grep -q libpangoft2 || missing="$missing libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
# Without these the tests of deploy/ are skipped, each with its reason.
wanted=""
command -v shellcheck >/dev/null 2>&1 || wanted="$wanted shellcheck"
command -v curl >/dev/null 2>&1 || wanted="$wanted curl"
command -v systemd-analyze >/dev/null 2>&1 || wanted="$wanted systemd"
[ -x /usr/sbin/nginx ] || wanted="$wanted nginx-light"
# shellcheck disable=SC2086
[ -z "$wanted" ] || apt_install $wanted || echo "could not install:$wanted. Some tests of deploy/ are skipped." >&2
[ -z "$missing" ] && { echo "all there"; exit 0; }
# shellcheck disable=SC2086
apt_install $missing || echo "could not install:$missing. Install them by hand; the tests that need them will fail." >&2
exit 0
