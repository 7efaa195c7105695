/** What a thread and its lane share while a script runs: how many calls were begun, and whether the last of them loads its script. */
export const calls = 0
export const isLoading = 1
