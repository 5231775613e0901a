/** What a booted kernel gets: the initramfs, QEMU's arguments, and which image and semantics a word names. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { CHARACTER_DEVICE, cpio, DIRECTORY, initramfs, PROGRAM } from '../../../src/conform/kernels/initramfs.ts';
import { imageOf } from '../../../src/conform/kernels/live-kernels.ts';
import { kvmObstacle, qemuArguments } from '../../../src/conform/kernels/qemu.ts';

interface Member {
  readonly name: string;
  readonly mode: number;
  readonly links: number;
  readonly device: readonly number[];
  readonly content: string;
}

const upToFour = (offset: number): number => offset + ((4 - (offset % 4)) % 4);

/** Reads an archive as initramfs/buffer-format in the kernel's documentation describes it. */
function members(archive: Buffer): readonly Member[] {
  const found: Member[] = [];
  for (let at = 0; at < archive.length; ) {
    expect(archive.toString('latin1', at, at + 6)).to.equal('070701');
    const field = (n: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + 8 * n, at + 14 + 8 * n), 16);
    const nameEnd = at + 110 + field(11);
    const start = upToFour(nameEnd);
    const end = start + field(6);
    found.push({
      name: archive.toString('utf8', at + 110, nameEnd - 1),
      mode: field(1),
      links: field(4),
      device: [field(9), field(10)],
      content: archive.toString('utf8', start, end),
    });
    at = upToFour(end);
  }
  return found;
}

describe('initramfs', () => {
  it('pads names and contents of any length to four bytes, and ends with the trailer', () => {
    for (let length = 0; length < 9; length++) {
      const content = 'x'.repeat(length);
      const archive = cpio([
        { path: 'n'.repeat(length + 1), mode: PROGRAM, content: Buffer.from(content) },
        { path: 'd', mode: DIRECTORY },
      ]);
      expect(archive.length % 4).to.equal(0);
      const [file, directory, trailer, ...rest] = members(archive);
      expect(file).to.deep.include({ name: 'n'.repeat(length + 1), mode: PROGRAM, content });
      expect(directory).to.deep.include({ name: 'd', mode: DIRECTORY, links: 2, content: '' });
      expect(trailer?.name).to.equal('TRAILER!!!');
      expect(rest).to.deep.equal([]);
    }
  });

  it('holds one program, the mount points and the console, each folder before what lies in it', () => {
    const found = members(gunzipSync(initramfs(Buffer.from('agent'))));
    expect(found.filter(({ content }) => content !== '').map(({ name }) => name)).to.deep.equal(['init']);
    expect(found.find(({ name }) => name === 'dev/console')).to.deep.include({
      mode: CHARACTER_DEVICE,
      device: [5, 1],
    });
    const names = found.map(({ name }) => name);
    expect(names).to.include('modules');
    expect(names.indexOf('dev')).to.be.lessThan(names.indexOf('dev/console'));
  });
});

describe('modules in an initramfs', () => {
  it('lie in a folder of their own, in their order', () => {
    const files = ['00-a.ko', '01-b.ko'].map((name) => ({ name, content: Buffer.from(name) }));
    const found = members(gunzipSync(initramfs(Buffer.from('agent'), files)));
    const modules = found.filter(({ name }) => name.startsWith('modules/'));
    expect(modules.map(({ name, content }) => [name, content])).to.deep.equal([
      ['modules/00-a.ko', '00-a.ko'],
      ['modules/01-b.ko', '01-b.ko'],
    ]);
  });
});

describe('a machine for a kernel', () => {
  it('has neither network nor disk, and two serial lines: console, then protocol', () => {
    const args = qemuArguments('bzImage', 'initrd', 'plain').join(' ');
    expect(args).to.include('-nic none').and.not.include('-drive');
    expect(args.indexOf('chardev:console')).to.be.lessThan(args.indexOf('chardev:line'));
    expect(args).to.include('-cpu Haswell').and.not.include('kvm');
    expect(qemuArguments('bzImage', 'initrd', 'kvm')).to.include('-enable-kvm');
  });
});

describe('--kernel', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lastref-kernels-'));
    for (const release of ['6.1.0-9-cloud', '6.1.0-56-cloud', '6.12.117-cloud']) mkdirSync(join(folder, release));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names the newest fetched kernel whose release begins so, at a point', () => {
    expect(imageOf('6.1', '/cwd', folder)).to.equal(join(folder, '6.1.0-56-cloud', 'vmlinuz'));
    expect(imageOf('6.12', '/cwd', folder)).to.equal(join(folder, '6.12.117-cloud', 'vmlinuz'));
  });

  it('is otherwise a path, or the running kernel', () => {
    expect(imageOf('live', '/cwd', folder)).to.equal(undefined);
    expect(imageOf('out/bzImage', '/cwd', folder)).to.equal('/cwd/out/bzImage');
    expect(imageOf('6', '/cwd', join(folder, 'absent'))).to.equal('/cwd/6');
  });
});

describe('KVM', () => {
  let folder: string;
  const device = () => join(folder, 'kvm');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lastref-kvm-'));
    writeFileSync(device(), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is tried where its device can be opened, and names what stands against it otherwise', () => {
    expect(kvmObstacle(device(), folder)).to.equal(undefined);
    expect(kvmObstacle(join(folder, 'absent'), folder)).to.contain('cannot be opened');
  });

  it('is not tried where it only interprets: kvm_pvm alone', () => {
    mkdirSync(join(folder, 'kvm_pvm'));
    expect(kvmObstacle(device(), folder)).to.contain('kvm_pvm');
    mkdirSync(join(folder, 'kvm_amd'));
    expect(kvmObstacle(device(), folder)).to.equal(undefined);
  });
});
