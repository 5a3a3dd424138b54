// Replicates databases of a source into one of its own. node target.js FOLDER URL COUNT EXPECTED
// Prints {seconds, cpu (seconds of processor time), documents}.
const PouchDB = require("pouchdb");

const [folder, url, count, expected] = process.argv.slice(2);
const Db = PouchDB.defaults({ prefix: folder + "/" });

async function main() {
  const db = new Db("township");
  const began = process.hrtime.bigint();
  const used = process.cpuUsage();
  await Promise.all(
    Array.from({ length: Number(count) }, (_, n) =>
      Db.replicate(`${url}/village${n}`, db, { batch_size: 1000 }),
    ),
  );
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const spent = process.cpuUsage(used);
  const cpu = (spent.user + spent.system) / 1e6;
  const documents = (await db.info()).doc_count;
  console.log(JSON.stringify({ seconds, cpu, documents }));
  process.exit(documents === Number(expected) ? 0 : 1);
}

main();
