// The smallest B2BUA on drachtio-srf that does what the stories ask: CONTROL_PORT SECRET TARGET.
import Srf from 'drachtio-srf';

const [port, secret, target] = process.argv.slice(2);
const carried = 'X-MS-Custom-Foo';
const srf = new Srf();

srf.connect({ host: '127.0.0.1', port: Number(port), secret });
srf.on('connect', () => console.log('ready'));
srf.on('error', error => console.log(String(error)));

srf.invite(async (req, res) => {
  try {
    const options = { localSdpB: req.body, proxyRequestHeaders: [carried] };
    const { uas, uac } = await srf.createB2BUA(req, res, target, options);
    for (const [leg, other] of [
      [uas, uac],
      [uac, uas],
    ]) {
      leg.on('destroy', () => other.destroy());
      leg.on('info', (info, answer) => relayInfo(other, info, answer));
    }
  } catch {
    // The caller has been told.
  }
});

async function relayInfo(other, info, answer) {
  const told = await other.request({ method: 'INFO', headers: { [carried]: info.get(carried) } });
  answer.send(told.status);
}
