/**
 * The script that a host's `sh` runs from its stdin to send its kernel: for dash, bash and busybox alike, with `cat`,
 * `uname` and `id` as its only tools; `gzip` and `sudo` where they are. It writes no file.
 *
 * It says what it does in lines (answers.ts). Behind `archive gzip` or `archive plain` follows the archive, until archiveEnd():
 * pieces, each followed by a line `WORD NAME STATUS` on a new line, the last one called `end`. Pieces have no size:
 * files of tracefs have none before they are read, and a module may be unloaded while it is.
 */
import { quote } from '../shell/quote';

/** As root, where tracefs wants that. All formats are one `cat`, which takes a hundredth of the time of one each. */
const pieces = String.raw`
LC_ALL=C
export LC_ALL
mark() { printf '\n%s %s %s\n' "$w" "$1" "$?"; }
w=$1
uname -srm
mark uname
for t in /sys/kernel/tracing /sys/kernel/debug/tracing; do
  [ -e "$t/available_events" ] && break
done
[ -e "$t/available_events" ]
mark tracefs
cat "$t/available_events"
mark events
cat "$t/available_filter_functions"
mark functions
cd "$t/events" && printf '%s\n' */*/format
mark paths
cd "$t/events" && cat */*/format
mark formats
for f in /sys/kernel/btf/*; do
  cat "$f"
  mark "btf/${'$'}{f##*/}"
done
mark end
`;

/** Behind the archive. The shell waits for another script then. */
export function archiveEnd(word: string): Buffer {
  return Buffer.from(`\n${word} over\n`);
}

export function captureScript(word: string): string {
  return String.raw`{
set -f
LC_ALL=C
export LC_ALL
nl='
'
c=${quote(pieces)}
say() { printf '%s %s\n' ${word} "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }
p=
by=
as() {
  case $by in
    password) printf '%s\n' "$p" | sudo -k -S -p '' "$@" ;;
    *) $by "$@" </dev/null ;;
  esac
}
unlock() {
  say password
  while IFS= read -r p; do
    if e=$(as true 2>&1)
    then
      say unlock ok
      return
    fi
    say unlock no $e
  done
  exit 1
}
echo
say system "$(uname -s)"
u=$(id -u)
if [ "$u" != 0 ] && [ ! -r /sys/kernel/tracing/available_events ] && [ ! -r /sys/kernel/debug/tracing/available_events ]
then
  has sudo || {
    say refused "$u"
    exit 1
  }
  by='sudo -n'
  as true >/dev/null 2>&1 || {
    by=password
    unlock
  }
fi
if has gzip
then
  say archive gzip
  as sh -c "$c" sh ${word} | gzip -1
else
  say archive plain
  as sh -c "$c" sh ${word}
fi
printf ${quote(String.raw`\n%s over\n`)} ${word}
}
`;
}
