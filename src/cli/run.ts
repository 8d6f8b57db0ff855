import { loadCredentials } from '../kube/load-credentials.ts';
import { createLog } from '../telemetry/log.ts';
import { type Command, UsageError, untilAborted } from './command.ts';
import { startInstance } from './instance.ts';
import { settingsHelp, settingsOf } from './settings-words.ts';
import { ownVersion } from './version.ts';

export const runCommand: Command = {
  help: () => settingsHelp('run'),
  async run(argv, world) {
    const { settings, paths } = settingsOf('run', argv, world);
    if (paths.length > 0) throw new UsageError([`run takes settings only, got ${JSON.stringify(paths[0])}`]);
    const { kubeconfig, context } = settings;
    const found = await loadCredentials({ kubeconfig, context, environment: world.env });
    if (!found.ok) throw new UsageError([found.problem]);
    const log = createLog({
      level: settings.logLevel,
      format: settings.logFormat,
      colours: world.isTerminal,
    });
    log.info(
      { version: ownVersion(), server: found.credentials.server.href, workers: settings.workers },
      'starting',
    );
    const instance = await startInstance({ settings, credentials: found.credentials, world, log });
    await instance.untilReady(world.stopped);
    if (!world.stopped.aborted) {
      log.info({ ports: instance.ports, generation: instance.controller.liveGeneration }, 'ready');
    }
    await untilAborted(world.stopped);
    await instance.stop();
    return 0;
  },
};
