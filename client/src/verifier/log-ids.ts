/** By what VS Code knows documents with a verifier's log. */
export const logScheme = 'ebpf-verifier-log';
/** Of documents of that scheme, and of files `*.verifier.log`. */
export const logLanguage = 'ebpf-verifier-log';
