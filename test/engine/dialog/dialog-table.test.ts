import { expect } from 'chai';
import { Dialog } from '../../../lib/engine/dialog/dialog.ts';
import { DialogTable } from '../../../lib/engine/dialog/dialog-table.ts';
import { RecordingOwner } from '../../support/paper-wire.ts';

const alice = new RecordingOwner();

const aDialog = (table: DialogTable, remoteTag: string, owner = alice): Dialog =>
  new Dialog({
    id: table.freeId('call-1', 'from', 'local'),
    usage: 'INVITE',
    role: 'uac',
    owner,
    callId: 'call-1',
    localTag: 'Local',
    remoteTag,
    localParty: '<sip:a@b>;tag=Local',
    remoteParty: '<sip:c@d>',
    localCseq: 1,
    remoteCseq: -1,
    target: 'sip:c@d',
    routeSet: [],
    localContact: '<sip:a@b>',
    protocol: 'udp',
    flow: undefined,
  });

describe('the table of dialogs', () => {
  it('finds a dialog by id and by Call-ID and tags, whatever the case of the tags', () => {
    const table = new DialogTable();
    const dialog = aDialog(table, 'Remote');
    table.add(dialog);
    expect(table.byId('call-1;from-tag=from')).to.equal(dialog);
    expect(table.byTags('call-1', 'lOCAL', 'rEMOTE')).to.equal(dialog);
    expect(table.byTags('CALL-1', 'Local', 'Remote')).to.equal(undefined);
    expect(table.byTags('call-1', 'Local', 'other')).to.equal(undefined);
  });

  it('takes any remote tag while a dialog is early, and only its own once it is confirmed', () => {
    const table = new DialogTable();
    const dialog = aDialog(table, '');
    table.add(dialog);
    expect(table.byTags('call-1', 'Local', 'anything')).to.equal(dialog);
    table.retag(dialog, () => {
      dialog.remoteTag = 'bob';
    });
    expect(table.byTags('call-1', 'Local', 'bob')).to.equal(dialog);
    expect(table.byTags('call-1', 'Local', 'carol')).to.equal(dialog);
    dialog.state = 'confirmed';
    expect(table.byTags('call-1', 'Local', 'bob')).to.equal(dialog);
    expect(table.byTags('call-1', 'Local', 'carol')).to.equal(undefined);
    table.remove(dialog);
    expect(table.byTags('call-1', 'Local', 'bob')).to.equal(undefined);
  });

  it('appends the local tag to an id that is taken', () => {
    const table = new DialogTable();
    table.add(aDialog(table, 'x'));
    expect(table.freeId('call-1', 'from', 'second')).to.equal('call-1;from-tag=from;to-tag=second');
  });

  it('is empty after the last removal, and a removed dialog is not brought back by a late tag', () => {
    const table = new DialogTable();
    const dialog = aDialog(table, '');
    table.add(dialog);
    table.remove(dialog);
    table.retag(dialog, () => {
      dialog.remoteTag = 'late';
    });
    expect(table.size).to.equal(0);
    expect(table.byTags('call-1', 'Local', 'late')).to.equal(undefined);
  });

  it('keeps a later dialog with the same tags when an earlier one goes', () => {
    const table = new DialogTable();
    const [first, second] = [aDialog(table, ''), aDialog(table, '')];
    table.add(first);
    table.add(second);
    table.remove(first);
    expect(table.byTags('call-1', 'Local', '')).to.equal(second);
  });

  it('lists the dialogs of one owner', () => {
    const table = new DialogTable();
    table.add(aDialog(table, 'x'));
    expect([...table.ownedBy(alice)]).to.have.length(1);
    expect([...table.ownedBy(new RecordingOwner())]).to.have.length(0);
  });
});
