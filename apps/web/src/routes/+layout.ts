/** The server only hands out files: every page is drawn in the browser. */
export const ssr = false
