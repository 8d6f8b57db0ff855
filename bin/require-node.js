// The oldest Node.js that this program runs on; package.json says the same under "engines", and a test holds them equal.
export const oldestNode = '24.18';

/** Ends the process with exit code 2 and one clear line where this Node.js is older than `oldestNode`. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  process.stderr.write(
    `fairlead needs Node.js ${oldestNode} or newer, but this is ${process.versions.node} (${process.execPath}). ` +
      'In a checkout, "npm ci" installs a fitting one and "npm run" uses it.\n',
  );
  process.exit(2);
}
