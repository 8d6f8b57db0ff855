import { type Command, type ExitCode, UsageError, type World } from './command.ts';
import { PathError } from './manifests.ts';

interface Entry {
  readonly name: string;
  /** After the name. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loads the command when it is wanted: nobody pays for what another command needs. */
  readonly load: () => Promise<Command>;
}

/** In the order of the help. */
const commands: readonly Entry[] = [
  {
    name: 'run',
    usage: '[SETTING…]',
    summary: 'the controller, in a cluster or with --kubeconfig',
    load: async () => (await import('./run.ts')).runCommand,
  },
  {
    name: 'dev',
    usage: '[PATH…] [SETTING…]',
    summary: 'all of it on this machine, without a cluster: API server, controller, proxy',
    load: async () => (await import('./dev.ts')).devCommand,
  },
  {
    name: 'check',
    usage: 'PATH… | -',
    summary: 'judges manifests without a cluster',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  {
    name: 'explain',
    usage: "METHOD URL [-H 'Name: value']… [PATH… | --admin URL]",
    summary: 'says which route a request takes, and why',
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'crds',
    usage: '',
    summary: 'prints the CustomResourceDefinitions, for kubectl apply -f -',
    load: async () => (await import('./crds.ts')).crdsCommand,
  },
  {
    name: 'version',
    usage: '',
    summary: 'prints version, Node.js and commit',
    load: async () => (await import('./version.ts')).versionCommand,
  },
];

/** Runs one command line and gives the exit code. Whatever the words, it prints sentences and never a stack trace. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<ExitCode> {
  const [name = 'help', ...rest] = argv;
  if (name === 'help' || name === '--help' || name === '-h') {
    world.print(overview());
    return 0;
  }
  const wanted = name === '--version' || name === '-v' ? 'version' : name;
  const entry = commands.find((candidate) => candidate.name === wanted);
  if (entry === undefined) {
    const known = commands.map((candidate) => candidate.name).join(', ');
    world.printError(`fairlead: there is no command ${JSON.stringify(name)}; there are ${known}\n`);
    return 2;
  }
  const end = rest.indexOf('--');
  if (rest.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h')) {
    world.print(helpOf(entry, await entry.load()));
    return 0;
  }
  return await runEntry(entry, rest, world);
}

async function runEntry({ name, load }: Entry, argv: readonly string[], world: World): Promise<ExitCode> {
  try {
    const command = await load();
    return await command.run(argv, world);
  } catch (error) {
    if (error instanceof UsageError) {
      for (const problem of error.problems) world.printError(`fairlead ${name}: ${problem}\n`);
      world.printError(`"fairlead ${name} --help" says what can be given\n`);
      return 2;
    }
    if (error instanceof PathError) {
      world.printError(`fairlead ${name}: ${error.message}\n`);
      return 2;
    }
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    world.printError(`fairlead ${name}: ${line}\n`);
    if (world.env.FAIRLEAD_LOG_LEVEL === 'debug' && error instanceof Error)
      world.printError(`${error.stack}\n`);
    return 1;
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name, usage }) => `${name} ${usage}`.length));
  const lines = commands.map(
    ({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}  ${summary}`,
  );
  return `Fairlead, a Kubernetes ingress controller.\n\n${lines.join('\n')}\n\n"fairlead COMMAND --help" says more.\n`;
}

function helpOf({ name, usage, summary }: Entry, { help }: Command): string {
  const more = help();
  return `fairlead ${name}${usage === '' ? '' : ` ${usage}`}: ${summary}\n${more === '' ? '' : `\n${more}`}`;
}
