import { localReference } from '../references.ts';
import { exactText, flag, int, type KindSchema, list, map, mark, record, text } from '../schema-dsl.ts';

const fsType = () => text('The file system.');
const readOnly = () => mark('Whether it is read-only.');
const secretRef = () => localReference('Secret with the credentials.');

/** Volumes from outside the node, most of them served through CSI drivers today. */
export function networkVolumes(): Record<string, KindSchema> {
  return { ...currentVolumes(), ...cloudVolumes(), ...storageVolumes() };
}

function currentVolumes(): Record<string, KindSchema> {
  return {
    csi: record(
      'A volume of a CSI driver.',
      {
        driver: text('The driver.'),
        fsType: exactText('The file system.'),
        nodePublishSecretRef: secretRef(),
        readOnly: flag('Whether it is read-only.'),
        volumeAttributes: map('Settings for the driver.', text('A value.')),
      },
      ['driver'],
    ),
    fc: record('A Fibre Channel disk.', {
      fsType: fsType(),
      lun: int('Its number.'),
      readOnly: readOnly(),
      targetWWNs: list('World wide names of targets.', text('A name.')),
      wwids: list('World wide identifiers.', text('An identifier.')),
    }),
    flexVolume: record(
      'Deprecated: a volume of a plugin.',
      {
        driver: text('The driver.'),
        fsType: fsType(),
        options: map('Settings for the driver.', text('A value.')),
        readOnly: readOnly(),
        secretRef: secretRef(),
      },
      ['driver'],
    ),
    iscsi: iscsi(),
    nfs: record(
      'A directory of an NFS server.',
      { path: text('The directory.'), readOnly: readOnly(), server: text('The server.') },
      ['server', 'path'],
    ),
  };
}

function iscsi(): KindSchema {
  return record(
    'An iSCSI disk.',
    {
      chapAuthDiscovery: mark('CHAP for discovery.'),
      chapAuthSession: mark('CHAP for sessions.'),
      fsType: fsType(),
      initiatorName: exactText('Name of the initiator.'),
      iqn: text('Qualified name.'),
      iscsiInterface: text('The interface.'),
      lun: int('Its number.'),
      portals: list('Further portals.', text('A portal.')),
      readOnly: readOnly(),
      secretRef: secretRef(),
      targetPortal: text('The portal.'),
    },
    ['targetPortal', 'iqn', 'lun'],
  );
}

function cloudVolumes(): Record<string, KindSchema> {
  const disk = (id: string, more: Record<string, KindSchema> = {}) =>
    record(
      'Deprecated: a disk of a cloud.',
      { fsType: fsType(), [id]: text('The disk.'), readOnly: readOnly(), ...more },
      [id],
    );
  return {
    awsElasticBlockStore: disk('volumeID', { partition: int('The partition.') }),
    azureDisk: disk('diskName', {
      cachingMode: exactText('How it is cached.'),
      diskURI: text('Where it is.'),
      kind: exactText('What it is.'),
    }),
    azureFile: disk('shareName', { secretName: text('Secret with the credentials.') }),
    cinder: disk('volumeID', { secretRef: secretRef() }),
    gcePersistentDisk: disk('pdName', { partition: int('The partition.') }),
    photonPersistentDisk: disk('pdID'),
    portworxVolume: disk('volumeID'),
    vsphereVolume: disk('volumePath', {
      storagePolicyID: text('The policy.'),
      storagePolicyName: text('Name of the policy.'),
    }),
  };
}

function storageVolumes(): Record<string, KindSchema> {
  const volume = (names: readonly string[]) =>
    record('Deprecated: a volume of a storage system.', {
      fsType: fsType(),
      readOnly: readOnly(),
      secretRef: secretRef(),
      ...Object.fromEntries(names.map((name) => [name, text('A setting.')])),
    });
  const monitors = list('Addresses of the monitors.', text('An address.'));
  const withMonitors = (schema: KindSchema): KindSchema => ({
    ...schema,
    properties: { ...schema.properties, monitors },
  });
  const scaleIo = volume([
    'gateway',
    'protectionDomain',
    'storageMode',
    'storagePool',
    'system',
    'volumeName',
  ]);
  return {
    cephfs: withMonitors(volume(['path', 'secretFile', 'user'])),
    flocker: volume(['datasetName', 'datasetUUID']),
    gitRepo: volume(['directory', 'repository', 'revision']),
    glusterfs: volume(['endpoints', 'path']),
    quobyte: volume(['group', 'registry', 'tenant', 'user', 'volume']),
    rbd: withMonitors(volume(['image', 'keyring', 'pool', 'user'])),
    scaleIO: { ...scaleIo, properties: { ...scaleIo.properties, sslEnabled: mark('Whether TLS is used.') } },
    storageos: volume(['volumeName', 'volumeNamespace']),
  };
}
