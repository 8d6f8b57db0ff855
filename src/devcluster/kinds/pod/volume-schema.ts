import { objectMetaSchema } from '../../schema/object-meta-schema.ts';
import { labelSelector, typedLocalReference } from '../references.ts';
import {
  always,
  exactText,
  flag,
  int,
  type KindSchema,
  keyed,
  list,
  long,
  map,
  mark,
  preset,
  quantity,
  record,
  text,
} from '../schema-dsl.ts';
import { fieldReference, resourceReference } from './container-schema.ts';
import { networkVolumes } from './network-volume-schema.ts';

const mode = (): KindSchema => int('Mode of the files, as 0644 in decimal.');

function keysToPaths(): KindSchema {
  return list(
    'Which keys become which files; all keys if absent.',
    record('One key.', { key: text('The key.'), mode: mode(), path: text('The file.') }, ['key', 'path']),
  );
}

function downwardFiles(): KindSchema {
  return list(
    'The files.',
    record(
      'One file.',
      {
        fieldRef: fieldReference(),
        mode: mode(),
        path: text('Its path.'),
        resourceFieldRef: resourceReference(),
      },
      ['path'],
    ),
  );
}

/** Volumes of a Pod (core/v1 Volume). A volume of no kind is an empty directory. */
export function volumes(): KindSchema {
  const volume = record(
    'One volume.',
    {
      name: text('Its name, unique in the Pod.'),
      ...objectVolumes(),
      ...localVolumes(),
      ...networkVolumes(),
    },
    ['name'],
  );
  return {
    ...keyed(['name'], 'Volumes that containers can mount.', volume),
    'x-kubernetes-patch-strategy': 'merge,retainKeys',
  };
}

function objectVolumes(): Record<string, KindSchema> {
  return {
    configMap: record('The keys of a ConfigMap as files.', {
      defaultMode: preset(mode(), 420),
      items: keysToPaths(),
      name: text('The ConfigMap.'),
      optional: flag('Whether it may be missing.'),
    }),
    downwardAPI: record('Fields of the Pod as files.', {
      defaultMode: preset(mode(), 420),
      items: downwardFiles(),
    }),
    persistentVolumeClaim: record(
      'A PersistentVolumeClaim.',
      { claimName: text('The claim.'), readOnly: mark('Whether it is read-only.') },
      ['claimName'],
    ),
    projected: record('Several sources in one directory.', {
      defaultMode: preset(mode(), 420),
      sources: list('The sources.', projection()),
    }),
    secret: record('The keys of a Secret as files.', {
      defaultMode: preset(mode(), 420),
      items: keysToPaths(),
      optional: flag('Whether it may be missing.'),
      secretName: text('The Secret.'),
    }),
  };
}

function projection(): KindSchema {
  const keys = (description: string) =>
    record(description, {
      items: keysToPaths(),
      name: text('Its name.'),
      optional: flag('Whether it may be missing.'),
    });
  return record('One source.', {
    clusterTrustBundle: record(
      'Trusted certificates of the cluster.',
      {
        labelSelector: labelSelector('Which bundles.'),
        name: exactText('One bundle.'),
        optional: flag('Whether it may be missing.'),
        path: text('The file.'),
        signerName: exactText('The signer of the bundles.'),
      },
      ['path'],
    ),
    configMap: keys('A ConfigMap.'),
    downwardAPI: record('Fields of the Pod.', { items: downwardFiles() }),
    podCertificate: record(
      'A certificate for the Pod.',
      {
        certificateChainPath: text('The file for the chain.'),
        credentialBundlePath: text('The file for key and chain.'),
        keyPath: text('The file for the key.'),
        keyType: text('The type of the key.'),
        maxExpirationSeconds: int('How long it may be valid.'),
        signerName: text('Who signs it.'),
        userAnnotations: map('What the signer is told.', text('A value.')),
      },
      ['signerName', 'keyType'],
    ),
    secret: keys('A Secret.'),
    serviceAccountToken: record(
      'A token of the ServiceAccount.',
      {
        audience: text('For whom it is.'),
        expirationSeconds: preset(long('How long it is valid.'), 3600),
        path: text('The file.'),
      },
      ['path'],
    ),
  });
}

function localVolumes(): Record<string, KindSchema> {
  return {
    emptyDir: record('A directory that lives as long as the Pod.', {
      medium: text('Memory, or the default of the node.'),
      sizeLimit: quantity('How large it may become.'),
    }),
    ephemeral: record('A claim that lives as long as the Pod.', {
      volumeClaimTemplate: record(
        'The claim.',
        { metadata: always(objectMetaSchema()), spec: always(claimSpec()) },
        ['spec'],
      ),
    }),
    hostPath: record(
      'A file or directory of the node.',
      { path: text('Its path.'), type: preset(exactText('What must be there.'), '') },
      ['path'],
    ),
    image: record('The contents of an image.', {
      pullPolicy: text('Always, IfNotPresent or Never.'),
      reference: text('The image.'),
    }),
  };
}

/** What a PersistentVolumeClaim asks for (core/v1 PersistentVolumeClaimSpec). */
export function claimSpec(): KindSchema {
  return record('What is asked for.', {
    accessModes: list('How it is used, as ReadWriteOnce.', text('A mode.')),
    dataSource: typedLocalReference('What it is filled from.'),
    dataSourceRef: record(
      'What it is filled from.',
      {
        apiGroup: exactText('Group of the object.'),
        kind: text('Kind of the object.'),
        name: text('Name of the object.'),
        namespace: exactText('Namespace of the object.'),
      },
      ['kind', 'name'],
    ),
    resources: always(
      record('How large it is.', {
        limits: map('The most.', quantity('An amount.')),
        requests: map('The least.', quantity('An amount.')),
      }),
    ),
    selector: labelSelector('Which volumes will do.'),
    storageClassName: exactText('The class of the volume.'),
    volumeAttributesClassName: exactText('The class of its attributes.'),
    volumeMode: exactText('Filesystem or Block.'),
    volumeName: text('The volume it is bound to.'),
  });
}
