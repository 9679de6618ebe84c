/**
 * The script that a host's `sh` runs from its stdin until the agent takes over: it says what the host is, then obeys
 * one line at a time. For dash, bash and busybox alike.
 *
 * - It must be read whole before anything of it runs (hence the braces), and nothing may be sent after it until it has
 *   answered: shells read their input in blocks.
 * - Its answers begin with a word that nobody else says, on a new line, because login files of the host may print what
 *   they like.
 * - Nothing may stay behind. When its stdin ends it removes its folder; `guard` does the same when the network is gone
 *   and stdin stays open: nothing came for four seconds, neither a line nor more of a file. It is ended by SIGKILL,
 *   because a shell loses other signals that come between its fork and its first command.
 */

/** Where a file can be written and run, the likeliest first. In memory is best: nothing is written to a disk. */
const folders = '/dev/shm /tmp /var/tmp "$HOME" /run';

export function bootstrapScript(word: string): string {
  return String.raw`{
set -f
umask 077
LC_ALL=C
export LC_ALL
d=
w=
nl='
'
say() { printf '%s %s\n' ${word} "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }
rest() {
  [ -n "$w" ] && kill -9 "$w" 2>/dev/null
  w=
}
guard() {
  rest
  (
    o=
    while sleep 2; do
      c=x$(ls -lnR "$d" 2>/dev/null)
      [ "$c" = "$o" ] && break
      o=$c
    done
    kill -TERM 0
  ) </dev/null >/dev/null 2>&1 &
  w=$!
}
clean() {
  [ -n "$d" ] && rm -rf "$d"
  d=
}
bye() {
  trap '' TERM HUP INT PIPE
  rest
  clean
  exit "$1"
}
trap 'bye 143' TERM HUP INT PIPE
try() {
  t=$(mktemp -d "$1/.ebpf-workbench-XXXXXX") || return
  if printf '#!/bin/sh\n' >"$t/agent" && chmod 700 "$t/agent" && "$t/agent" && mkdir "$t/work"
  then printf %s "$t"
  else
    rm -rf "$t"
    return 1
  fi
}
pick() {
  clean
  while [ $# -gt 0 ]; do
    p=$1
    shift
    [ -d "$p" ] || continue
    e=$(try "$p" 2>&1) && d=$e && break
    say refused "$p" $e
  done
  left="$*"
  say folder "$d"
}
put() {
  if [ "$3" = gzip ]
  then e=$({ head -c "$2" | { gzip -dc >"$d/$1"; r=$?; cat >/dev/null; [ "$r" = 0 ]; } } 2>&1)
  else e=$({ head -c "$2" | { cat >"$d/$1"; r=$?; cat >/dev/null; [ "$r" = 0 ]; } } 2>&1)
  fi || {
    say put failed $e
    return 1
  }
  c=$(wc -c <"$d/$1")
  s=$5
  has sha256sum && s=$(sha256sum <"$d/$1" | cut -c1-64)
  if [ "$((c))" = "$4" ] && [ "$s" = "$5" ]
  then say put ok
  else
    say put damaged "$c" "$s"
    return 1
  fi
}
work() {
  rest
  (cd "$d/work" && eval "$1") </dev/null >"$d/work/.out" 2>"$d/work/.err"
  r=$?
  say out "$(base64 <"$d/work/.out" | tr -d "$nl")"
  say err "$(base64 <"$d/work/.err" | tr -d "$nl")"
  say code "$r"
}
unlock() {
  rest
  IFS= read -r p
  if e=$(printf '%s\n' "$p" | sudo -k -S -p '' true 2>&1)
  then say unlock ok
  else say unlock no $e
  fi
  p=
}
run() {
  rest
  rm -rf "$d/work"
  chmod 700 "$d/agent"
  case $1 in
    root) "$d/agent" --unlink ;;
    sudo) sudo -n "$d/agent" --unlink ;;
    password) sudo -k -S -p '' "$d/agent" --unlink ;;
  esac
  r=$?
  clean
  say exit "$r"
  bye 0
}
echo
say system "$(uname -s)"
say machine "$(uname -m)"
say release "$(uname -r)"
say build "$(uname -v)"
u=$(id -u)
say uid "$u"
for t in gzip clang cc; do has "$t" && say has "$t"; done
if [ "$u" != 0 ]; then
  say capabilities "$(sed -n 's/^CapEff:[^0-9a-f]*//p' /proc/self/status)"
  if ! has sudo; then say sudo none
  elif sudo -n true </dev/null >/dev/null 2>&1; then say sudo free
  else say sudo password
  fi
fi
pick ${folders}
say ready
while guard; IFS= read -r l; do eval "$l"; done
bye 0
}
`;
}
