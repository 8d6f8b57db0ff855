/** An entry point that cannot be opened; the message is a sentence that names it. */
export class ListenError extends Error {
  readonly entryPoint: string;

  constructor(entryPoint: string, problem: string) {
    super(`entry point "${entryPoint}": ${problem}`);
    this.name = 'ListenError';
    this.entryPoint = entryPoint;
  }
}

/** What an error of listening says, in words. */
export function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${address} is already in use`;
    case 'EACCES':
      return `no permission to listen on ${address}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address ${host}`;
    default:
      return `cannot listen on ${address} (${error.code ?? error.message})`;
  }
}
