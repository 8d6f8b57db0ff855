import { stringify } from 'yaml';
import { customResourceDefinitions } from '../api/crds.ts';
import { type Command, noArguments } from './command.ts';

export const crdsCommand: Command = {
  help: () => '',
  async run(argv, world) {
    noArguments(argv);
    const documents = customResourceDefinitions().map((definition) =>
      stringify(definition, { aliasDuplicateObjects: false }),
    );
    world.print(documents.join('---\n'));
    return 0;
  },
};
