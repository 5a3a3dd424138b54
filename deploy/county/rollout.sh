#!/bin/bash
# Installs or updates all stations of a county from one machine, over SSH.
#
#   deploy/county/rollout.sh [--jobs 10] [--only CODE,CODE] [--check] INVENTORY.csv LOGS
#
# INVENTORY.csv has the columns code,name,host,officer,screen,township_url,enrol_code (inventory.csv is the
# pattern). `host` is what ssh understands; its user may sudo without a password. Each station gets this
# checkout and runs deploy/station.sh, which changes nothing where nothing changed and goes back by itself
# where a release does not work. A station that cannot be reached is told and left for the next time: run
# it again. --check only asks each station how it is. Exit 1 when one of them did not work.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
jobs=10 only='' check=no
while [ $# -gt 0 ]; do
    case $1 in
    --jobs) jobs=${2:?how many?}; shift 2 ;;
    --only) only=,${2:?which codes?},; shift 2 ;;
    --check) check=yes; shift ;;
    -h | --help) sed -n '2,13p' "${BASH_SOURCE[0]}" | cut -c3-; exit 0 ;;
    *) break ;;
    esac
done
[ $# = 2 ] || { echo "usage: rollout.sh [options] INVENTORY.csv LOGS" >&2; exit 2; }
inventory=$1 logs=$2
mkdir -p "$logs"
rm -f "$logs"/*.failed

ssh_options=(-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15)
quoted() { printf '%q' "$1"; }

station() {
    local code=$1 name=$2 host=$3 officer=$4 screen=$5 url=$6 enrol=$7
    if [ "$check" = yes ]; then
        ssh "${ssh_options[@]}" "$host" \
            'sudo kiosk-release status && systemctl is-active kiosk.service' </dev/null
        return
    fi
    rsync -a --delete --exclude=.git --exclude=.venv --exclude=demo-data --exclude=__pycache__ \
        -e "ssh ${ssh_options[*]}" "$source/" "$host:sanwu-kiosk/" </dev/null
    # Written where no other user reads it: it holds a one-time code.
    {
        printf 'ROLE=village\nCODE=%s\nNAME=%s\nOFFICER=%s\nSCREEN=%s\n' \
            "$code" "$(quoted "$name")" "$(quoted "$officer")" "$(quoted "$screen")"
        printf 'TOWNSHIP_URL=%s\nENROL_CODE=%s\n' "$(quoted "$url")" "$(quoted "$enrol")"
    } | ssh "${ssh_options[@]}" "$host" 'umask 077; cat >station.conf'
    ssh "${ssh_options[@]}" "$host" 'sudo sanwu-kiosk/deploy/station.sh --conf station.conf' </dev/null
}

one() {
    local code=$1 name=$2
    # Not in an `if`: there the shell would go on after a failure.
    (set -e; station "$@") >"$logs/$code.log" 2>&1 &
    if wait $!; then
        printf 'well    %s %s\n' "$code" "$name"
    else
        printf 'FAILED  %s %s: %s\n' "$code" "$name" "$(tail -n 1 "$logs/$code.log")"
        : >"$logs/$code.failed"
    fi
}

seen=0
while IFS=, read -r code name host officer screen url enrol _; do
    [[ $code =~ ^[0-9]{12}$ ]] || continue
    if [ -n "$only" ] && [[ $only != *",$code,"* ]]; then continue; fi
    seen=$((seen + 1))
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
    one "$code" "$name" "$host" "$officer" "$screen" "$url" "$enrol" &
done < <(tr -d '\r' <"$inventory" | sed '1s/^\xef\xbb\xbf//')
wait
failed=$(find "$logs" -name '*.failed' | wc -l)
echo "$seen stations, $failed of them did not work (logs in $logs)"
[ "$failed" = 0 ]
