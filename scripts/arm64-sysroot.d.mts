export declare const arm64Compiler: string;

/** Arguments for `arm64Compiler`: the headers and static libraries of libbpf, libelf and zlib. */
export function arm64Sysroot(): Promise<string[]>;
