/** The server only hands out files: pages are drawn in the browser, a few of them begun when they are built. */
export const ssr = false
