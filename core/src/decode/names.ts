/**
 * What the name of a field says about its meaning, where its type does not. The names are those of the kernel's own
 * structs and of the tools in bcc and libbpf-tools; one that can mean two things says nothing.
 */

/** Parts of a name, in lower case: `delta_ns`, `skc_daddr`. */
const pattern = (words: string) => new RegExp(`(?:^|_)(?:${words})$`, 'i');

/** `saddr`, `daddr_v4`, `remote_ip`. */
const ADDRESS = pattern(
  '(?:s|d|l|r|src|dst|local|remote|rcv_s)?_?(?:addr(?:ess)?|ip)(?:_?(?:v?[46]|in6?|ip[46]))?|v[46]',
);
/** Names that the kernel has for addresses in network byte order alone, whatever their type. */
const NETWORK_ORDER = pattern('(?:s|d|rcv_s|l|r)addr(?:_?v?4)?');
const MAC = pattern('(?:s|d|src|dst)?_?mac(?:_?addr)?|hw_?addr|lladdr|h_dest|h_source|eth(?:_?addr)?|ha');
const TEXT = pattern('comm|[a-z]*name|[a-z]*path|file|str|string|text|msg|message|task|cmd(?:line)?');
const MODE = /^(?:(?:i|st|file|inode|new|old|host)_?)?mode$|(?:^|_)umask$/i;
const ERRNO = pattern('ret|retval|rc|err|error|errno|result|res');
const HEXADECIMAL = pattern('[a-z]*flags|[a-z]*mask|cookie');
const ADDRESS_64 = pattern('k?u?addr(?:ess)?|ptr|ip|pc|sp');
const PROTOCOL = pattern('proto(?:col)?');
const PADDING = /^_*(?:pad|padding)_*\d*$/i;

const MICROSECONDS = pattern('us|usecs?');
const MILLISECONDS = pattern('ms|msecs?');
/** `mnt_ns` and its kind are namespaces. */
const NANOSECONDS = /(?:^|_)(?<!(?:^|_)(?:mnt|pid|net|user|uts|ipc|cgroup)_)(?:ns|nsecs?|nanosec)$/i;
const TIMESTAMP = pattern('ts|timestamp|ktime');

export const means = {
  address: (name: string) => ADDRESS.test(name),
  networkOrderAddress: (name: string) => NETWORK_ORDER.test(name),
  mac: (name: string) => MAC.test(name),
  text: (name: string) => TEXT.test(name),
  mode: (name: string) => MODE.test(name),
  errno: (name: string) => ERRNO.test(name),
  hexadecimal: (name: string) => HEXADECIMAL.test(name),
  address64: (name: string) => ADDRESS_64.test(name),
  protocol: (name: string) => PROTOCOL.test(name),
  padding: (name: string) => PADDING.test(name),
};

/** Nanoseconds of one unit of a time, by its name and width in bytes: a `u32` of nanoseconds ends after 4 seconds. */
export function timeUnit(name: string, size: number): number | undefined {
  if (size === 8 && (NANOSECONDS.test(name) || TIMESTAMP.test(name))) return 1;
  if (size < 4) return undefined;
  // A name of the unit alone is no time: `us`, `ms`.
  if (MICROSECONDS.test(name) && name.includes('_')) return 1_000;
  if (MILLISECONDS.test(name) && name.includes('_')) return 1_000_000;
  return undefined;
}
