/** The skeletons of these pages are drawn when they are built: they are there before any script runs. */
export const ssr = true
export const prerender = true
