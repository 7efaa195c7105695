/**
 * The fence under which a rebuild works. Those of servers begin with 1: a rebuild never continues a server's database, and a server takes
 * over what a rebuild has made.
 */
export const rebuildFence = 0
