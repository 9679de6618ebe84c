/**
 * Functions of the shell that scripts of ours share: what they say, and a folder of their own on the host, of which
 * nothing may stay behind.
 *
 * `guard` removes the folder when the network is gone and stdin stays open: nothing came for four seconds, neither a
 * line nor more of a file. It is ended by SIGKILL, because a shell loses other signals that come between its fork and
 * its first command.
 */
/** Where a file can be written and run, the likeliest first. In memory is best: nothing is written to a disk. */
export const folders = '/dev/shm /tmp /var/tmp "$HOME" /run';

export function folderFunctions(word: string): string {
  return String.raw`umask 077
d=
w=
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
  if has sha256sum
  then
    s=$(sha256sum <"$d/$1")
    [ "${'$'}{s%% *}" = "$5" ]
  else
    s=$(wc -c <"$d/$1")
    [ "$((s))" = "$4" ]
  fi || {
    say put damaged "$s"
    return 1
  }
  say put ok
}
`;
}
