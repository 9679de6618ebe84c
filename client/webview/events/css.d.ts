/** Bundled by esbuild into a file beside the script. */
declare module '*.css';
