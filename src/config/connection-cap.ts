/** A proxied connection has a client's socket and an upstream's. */
const filesPerConnection = 2;
/** The rest is for the API server, logs, and connections that are closing. */
const shareForConnections = 0.8;

/** A session of UDP has one socket, and must leave some of the rest to others. */
const shareForSessions = 0.1;

/** How many client connections a limit of open files bears, at least 1; without a limit, any number. */
export function connectionsWithin(openFiles: number | null): number {
  if (openFiles === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor((shareForConnections * openFiles) / filesPerConnection));
}

/** How many sessions of UDP an entry point may have under a limit of open files, at least 1. */
export function sessionsWithin(openFiles: number | null): number {
  if (openFiles === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(shareForSessions * openFiles));
}
