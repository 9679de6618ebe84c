/**
 * The script that a host's `sh` runs from its stdin to send its kernel: for dash, bash and busybox alike, with `cat`,
 * `uname` and `id` as its only tools; `gzip` and `sudo` where they are.
 *
 * It says what it does in lines (answers.ts). Behind `archive gzip` or `archive plain` follows the archive, until archiveEnd():
 * pieces, each followed by a line `WORD NAME STATUS` on a new line, the last one called `end`. Pieces have no size:
 * files of tracefs have none before they are read, and a module may be unloaded while it is.
 *
 * Where it has said `probe` before, it waits for an agent meanwhile: a line `SIZE CODING SIZE SHA-256` as `put` takes it
 * (`none`: there is none), then the bytes. The agent is run beside the archive, and what they say comes behind it, in lines: what
 * became of the file, the features, `exit CODE`, `done` at last. The shell waits for another script then.
 */
import { folderFunctions, folders } from '../shell/folder-functions';
import { quote } from '../shell/quote';

/**
 * As root, where tracefs wants that. All formats are one `cat`, which takes a hundredth of the time of one each. BTF is
 * most of it, and takes longest to pack.
 *
 * `cat` of coreutils has a buffer of its own for each file, which glibc maps and unmaps: five times as expensive as
 * reading a format. The variables keep it.
 */
const pieces = String.raw`
LC_ALL=C
export LC_ALL
mark() { printf '\n%s %s %s\n' "$w" "$1" "$?"; }
w=$1
uname -srm
mark uname
for f in /sys/kernel/btf/*; do
  cat "$f"
  mark "btf/${'$'}{f##*/}"
done
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
(
  MALLOC_MMAP_THRESHOLD_=1000000
  MALLOC_TRIM_THRESHOLD_=10000000
  export MALLOC_MMAP_THRESHOLD_ MALLOC_TRIM_THRESHOLD_
  cd "$t/events" && cat */*/format
)
mark formats
mark end
`;

/** Behind the archive. */
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
${folderFunctions(word)}p=
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
archive() {
  as sh -c "$c" sh ${word} | $1
  printf ${quote(String.raw`\n%s over\n`)} ${word}
}
probe() {
  trap 'bye 143' TERM HUP INT PIPE
  IFS= read -r l
  [ "$l" = none ] && return
  for f in ${folders}; do
    d=$(mktemp -d "$f/.ebpf-workbench-XXXXXX" 2>/dev/null) && break
    d=
  done
  r=1
  if [ -n "$d" ]
  then
    guard
    put agent $l && chmod 700 "$d/agent" && {
      rest
      as "$d/agent" --unlink --features
      r=$?
    }
    rest
    [ -d "$d" ] && clean
  else head -c "${'$'}{l%% *}" >/dev/null
  fi
  say exit "$r"
}
echo
say system $(uname -sm)
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
t=
{ [ "$u" = 0 ] || [ -n "$by" ]; } && has mktemp && has chmod && has rm && has head && has wc && t=probe
a=cat
has gzip && a='gzip -1'
[ -n "$t" ] && say probe
[ "$a" = cat ] && say archive plain || say archive gzip
if [ -n "$t" ]
then
  probe | {
    archive "$a"
    cat
  }
  say done
else archive "$a"
fi
}
`;
}
