/** A proxied connection has a client's socket and an upstream's. */
const filesPerConnection = 2;
/** The rest is for the API server, logs, and connections that are closing. */
const shareForConnections = 0.8;

/** How many client connections a limit of open files bears, at least 1; without a limit, any number. */
export function connectionsWithin(openFiles: number | null): number {
  if (openFiles === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor((shareForConnections * openFiles) / filesPerConnection));
}
