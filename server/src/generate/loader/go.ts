/** A loader in Go: cilium/ebpf, with the types and the object that bpf2go makes. */
import type { GeneratedProgram, RecordMember, RecordStruct } from '../model';

export function goModule(baseName: string): string {
  return `module ${baseName.replaceAll(/[^\w.-]/g, '-')}

go 1.21

require github.com/cilium/ebpf v0.16.0
`;
}

export function goLoader(program: GeneratedProgram): string {
  const { baseName, delivery, records, droppedCounter } = program;
  const streamed = delivery === 'printk' ? [] : records;
  const body = [
    `// Loads ${baseName}.bpf.c and prints what it sends. Build: go mod tidy && go generate && go build`,
    'package main',
    '',
    `//go:generate go run github.com/cilium/ebpf/cmd/bpf2go -target bpfel${streamed
      .map(({ name }) => ` -type ${name}`)
      .join('')} bpf ${baseName}.bpf.c -- -I. -O2 -g -Wall`,
    '',
    importsOf(program),
    '',
    mainFunction(program, droppedCounter),
    '',
    attachFunction,
    ...(delivery === 'printk'
      ? ['', printkFunction]
      : ['', delivery === 'perfbuf' ? perfFunction : ringFunction]),
    ...streamed.flatMap((record) => ['', printFunction(record)]),
    ...(streamed.some(({ members }) => members.some(({ shown }) => shown === 'string'))
      ? ['', textFunction]
      : []),
    ...(streamed.some(({ members }) => members.some(({ count }) => count !== undefined))
      ? ['', atMostFunction]
      : []),
  ];
  return `${body.join('\n')}\n`;
}

function importsOf({ delivery, records, droppedCounter }: GeneratedProgram): string {
  const streamed = delivery !== 'printk' && records.length > 0;
  const standard = [
    ...(streamed ? ['bytes'] : []),
    ...(streamed || droppedCounter !== undefined ? ['encoding/binary'] : []),
    'errors',
    'fmt',
    ...(delivery === 'printk' ? ['io'] : []),
    'log',
    'os',
    'os/signal',
    'strings',
    'syscall',
  ];
  const cilium = [
    'github.com/cilium/ebpf',
    'github.com/cilium/ebpf/link',
    ...(delivery === 'perfbuf' ? ['github.com/cilium/ebpf/perf'] : []),
    ...(delivery === 'ringbuf' ? ['github.com/cilium/ebpf/ringbuf'] : []),
    'github.com/cilium/ebpf/rlimit',
  ];
  const lines = [...standard.map((path) => `\t"${path}"`), '', ...cilium.map((path) => `\t"${path}"`)];
  return `import (\n${lines.join('\n')}\n)`;
}

function mainFunction({ delivery, records }: GeneratedProgram, dropped: string | undefined): string {
  const streams =
    delivery === 'printk'
      ? ['go copyTracePipe()']
      : records.map(
          ({ map = '', name }) =>
            `go read(collection.Maps["${map}"], func(event bpf${goName(name)}) { print${goName(name)}(&event) })`,
        );
  const lines = [
    'if err := rlimit.RemoveMemlock(); err != nil {',
    '\tlog.Fatal(err)',
    '}',
    'spec, err := loadBpf()',
    'if err != nil {',
    '\tlog.Fatal(err)',
    '}',
    'collection, err := ebpf.NewCollection(spec)',
    'if err != nil {',
    '\tvar refused *ebpf.VerifierError',
    '\tif errors.As(err, &refused) {',
    '\t\tlog.Fatalf("%+v", refused)',
    '\t}',
    '\tlog.Fatal(err)',
    '}',
    'defer collection.Close()',
    '',
    ...streams,
    '',
    // After the readers are there: what is sent to none is lost.
    'for name, program := range spec.Programs {',
    '\tattached, err := attach(program.SectionName, collection.Programs[name])',
    '\tif err != nil {',
    '\t\tlog.Fatalf("%s: %v", program.SectionName, err)',
    '\t}',
    '\tdefer attached.Close()',
    '}',
    '',
    'interrupted := make(chan os.Signal, 1)',
    'signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)',
    '<-interrupted',
    ...(dropped === undefined
      ? []
      : [
          '',
          `// The only variable of the program that starts at zero: ${dropped}.`,
          'var globals []byte',
          'if err := collection.Maps[".bss"].Lookup(uint32(0), &globals); err == nil {',
          '\tif count := binary.LittleEndian.Uint64(globals); count > 0 {',
          '\t\tfmt.Fprintf(os.Stderr, "%d records were dropped\\n", count)',
          '\t}',
          '}',
        ]),
  ];
  const plain = lines.map((line) => (line === '' ? '' : `\t${line}`)).join('\n');
  return `func main() {\n${plain}\n}`;
}

const attachFunction = `// attach takes the event from the section's name: tp/<category>/<name>.
func attach(section string, program *ebpf.Program) (link.Link, error) {
	parts := strings.SplitN(section, "/", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a tracepoint")
	}
	return link.Tracepoint(parts[1], parts[2], program, nil)
}`;

const decodeAndPrint = `		var event T
		if err := binary.Read(bytes.NewReader(record.RawSample), binary.LittleEndian, &event); err != nil {
			log.Print(err)
			continue
		}
		print(event)`;

const ringFunction = `func read[T any](buffer *ebpf.Map, print func(T)) {
	reader, err := ringbuf.NewReader(buffer)
	if err != nil {
		log.Fatal(err)
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, ringbuf.ErrClosed) {
			return
		} else if err != nil {
			log.Print(err)
			continue
		}
${decodeAndPrint}
	}
}`;

const perfFunction = `func read[T any](buffer *ebpf.Map, print func(T)) {
	reader, err := perf.NewReader(buffer, 64*os.Getpagesize())
	if err != nil {
		log.Fatal(err)
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, perf.ErrClosed) {
			return
		} else if err != nil {
			log.Print(err)
			continue
		}
		if record.LostSamples > 0 {
			log.Printf("%d records were lost on CPU %d", record.LostSamples, record.CPU)
			continue
		}
${decodeAndPrint}
	}
}`;

const printkFunction = `func copyTracePipe() {
	pipe, err := os.Open("/sys/kernel/tracing/trace_pipe")
	if err != nil {
		log.Fatal(err)
	}
	defer pipe.Close()
	if _, err := io.Copy(os.Stdout, pipe); err != nil {
		log.Print(err)
	}
}`;

const textFunction = `// text is a C string without what follows its end.
func text(chars []int8) string {
	var builder strings.Builder
	for _, char := range chars {
		if char == 0 {
			break
		}
		builder.WriteByte(byte(char))
	}
	return builder.String()
}`;

const atMostFunction = `func atMost(count, limit int) int {
	if count > limit {
		return limit
	}
	return count
}`;

function printFunction({ name, members, events }: RecordStruct): string {
  const shown = members.filter(({ padding }) => padding !== true);
  const label = events[0]?.name.replace(/^sys_(?:enter|exit)_/, '') ?? name;
  const format = [label, ...shown.map(formatOf)].join(' ');
  const values = shown.map(valueOf);
  return `func print${goName(name)}(event *bpf${goName(name)}) {
	fmt.Printf("${format}\\n",
${values.map((value) => `\t\t${value},`).join('\n')}
	)
}`;
}

function formatOf({ name, shown }: RecordMember): string {
  switch (shown) {
    case 'string':
      return `${name}=%q`;
    case 'bytes':
      return `${name}=%x`;
    case 'hex':
    case 'pointer':
      return `${name}=%#x`;
    case 'octal':
      return `${name}=%#o`;
    case 'nanoseconds':
      return `${name.replace(/_ns$/, '')}=%.3fms`;
    default:
      return `${name}=%d`;
  }
}

function valueOf({ name, shown, length, count }: RecordMember): string {
  const field = `event.${goName(name)}`;
  if (shown === 'string') return `text(${field}[:])`;
  if (shown === 'nanoseconds') return `float64(${field})/1e6`;
  if (length === undefined) return field;
  return count === undefined ? `${field}[:]` : `${field}[:atMost(int(event.${goName(count)}), ${length})]`;
}

/** As bpf2go calls a name of C: `fchmodat_event` is `FchmodatEvent`. */
function goName(name: string): string {
  return name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
