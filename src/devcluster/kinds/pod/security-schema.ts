import { exactText, flag, type KindSchema, list, long, record, text } from '../schema-dsl.ts';

const users = (): Record<string, KindSchema> => ({
  runAsGroup: long('The group id of the process.'),
  runAsNonRoot: flag('Refuses to start as root.'),
  runAsUser: long('The user id of the process.'),
});

const profile = (description: string): KindSchema =>
  record(
    description,
    {
      localhostProfile: text('A profile on the node, for type Localhost.'),
      type: text('RuntimeDefault, Unconfined or Localhost.'),
    },
    ['type'],
  );

const sandboxing = (): Record<string, KindSchema> => ({
  appArmorProfile: profile('The AppArmor profile.'),
  seLinuxOptions: record('The SELinux label.', {
    level: text('Its level.'),
    role: text('Its role.'),
    type: text('Its type.'),
    user: text('Its user.'),
  }),
  seccompProfile: profile('Which system calls are allowed.'),
  windowsOptions: record('Settings for Windows.', {
    gmsaCredentialSpec: exactText('Contents of the GMSA credential spec.'),
    gmsaCredentialSpecName: exactText('Name of the GMSA credential spec.'),
    hostProcess: flag('Whether it runs as a process of the host.'),
    runAsUserName: exactText('The user of the process.'),
  }),
});

/** What a container may do (core/v1 SecurityContext). */
export function containerSecurity(): KindSchema {
  return record('What the container may do; wins over the settings of the Pod.', {
    allowPrivilegeEscalation: flag('Whether a process may get more rights than its parent.'),
    capabilities: record('Linux capabilities beyond or below the default.', {
      add: list('Those that are added.', text('A capability.')),
      drop: list('Those that are taken away; ALL for all.', text('A capability.')),
    }),
    privileged: flag('Whether it has all rights of the host.'),
    procMount: exactText('How /proc is mounted.'),
    readOnlyRootFilesystem: flag('Whether its root file system is read-only.'),
    ...users(),
    ...sandboxing(),
  });
}

/** What all containers of a Pod may do (core/v1 PodSecurityContext). */
export function podSecurity(): KindSchema {
  return record('What all containers may do.', {
    fsGroup: long('The group that owns the volumes.'),
    fsGroupChangePolicy: exactText('OnRootMismatch or Always.'),
    seLinuxChangePolicy: exactText('How volumes get the SELinux label.'),
    supplementalGroups: list('Further groups of the processes.', long('A group id.')),
    supplementalGroupsPolicy: exactText('Merge or Strict.'),
    sysctls: list(
      'Kernel settings.',
      record('One setting.', { name: text('Its name.'), value: text('Its value.') }, ['name', 'value']),
    ),
    ...users(),
    ...sandboxing(),
  });
}
