import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../lib/config.ts';
import { keyIn } from '../../lib/main/key-file.ts';

describe('the key that signs tokens', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-key-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function fileOf(text: string | Buffer): string {
    const file = join(folder, 'key.pem');
    writeFileSync(file, text);
    return file;
  }

  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const problemOf = (file: string): string => {
    try {
      keyIn(file);
    } catch (error) {
      if (error instanceof ConfigError)
        return error.problems.map(({ key, message }) => `${key}: ${message}`).join();
      throw error;
    }
    return '';
  };

  it('is RSA with 2,048 bits or more', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    expect(keyIn(fileOf(privateKey.export(pem))).asymmetricKeyType).to.equal('rsa');
  });

  it('is refused when it is shorter, or of another kind', () => {
    const rule = 'recording.auth.privateKeyFile: expected an RSA key of 2048 bits or more';
    const short = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey;
    const other = generateKeyPairSync('ed25519').privateKey;
    for (const key of [short, other]) expect(problemOf(fileOf(key.export(pem)))).to.equal(rule);
  });

  it('is refused when it cannot be read, without what stands there', () => {
    expect(problemOf(join(folder, 'nowhere'))).to.match(/^recording.auth.privateKeyFile: ENOENT/);
    const said = problemOf(fileOf('s3cret'));
    expect(said).to.match(/^recording.auth.privateKeyFile: ./);
    expect(said).to.not.include('s3cret');
  });
});
