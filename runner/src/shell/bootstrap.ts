/**
 * The script that a host's `sh` runs from its stdin until the agent takes over: it says what the host is, then obeys
 * one line at a time. For dash, bash and busybox alike.
 *
 * - It must be read whole before anything of it runs (hence the braces), and nothing may be sent after it until it has
 *   answered: shells read their input in blocks.
 * - Its answers begin with a word that nobody else says, on a new line, because login files of the host may print what
 *   they like.
 * - Nothing may stay behind: when its stdin ends it removes its folder, and `guard` does where stdin stays open.
 */
import { folderFunctions, folders } from './folder-functions';

export function bootstrapScript(word: string): string {
  return String.raw`{
set -f
LC_ALL=C
export LC_ALL
nl='
'
${folderFunctions(word)}work() {
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
