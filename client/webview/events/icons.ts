/** Pictures of 16 by 16, drawn for this panel. */
export const icons = {
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  resume: 'M4 2.5v11l9-5.5z',
  stop: 'M3.5 3.5h9v9h-9z',
  clear:
    'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm0 1c1.3 0 2.5.45 3.45 1.2L3.7 11.45A5.5 5.5 0 0 1 8 2.5zm0 11c-1.3 0-2.5-.45-3.45-1.2l7.75-7.75A5.5 5.5 0 0 1 8 13.5z',
  follow: 'M7.5 1.5h1v8.1l3-3 .7.7L8 11.5 3.8 7.3l.7-.7 3 3zM3 13.5h10v1H3z',
  export: 'M7.5 10.5V3.4l-2.6 2.6-.7-.7L8 1.5l3.8 3.8-.7.7-2.6-2.6v7.1zM2.5 9.5h1v4h9v-4h1v5h-11z',
  close: 'M8 7.3 12.3 3l.7.7L8.7 8l4.3 4.3-.7.7L8 8.7 3.7 13l-.7-.7L7.3 8 3 3.7l.7-.7z',
} as const;
