// Serves the documents of a file (one JSON list a line, one database a line) with express-pouchdb.
// node source.js FOLDER FILE; prints its port when all is there.
const fs = require("fs");
const express = require("express");
const PouchDB = require("pouchdb");

const [folder, file] = process.argv.slice(2);
const Db = PouchDB.defaults({ prefix: folder + "/" });

async function main() {
  const lines = fs.readFileSync(file, "utf8").trim().split("\n");
  for (const [n, line] of lines.entries()) {
    const documents = JSON.parse(line);
    const db = new Db("village" + n);
    for (let start = 0; start < documents.length; start += 1000) {
      await db.bulkDocs(documents.slice(start, start + 1000));
    }
  }
  const app = express();
  const settings = {
    mode: "minimumForPouchDB",
    logPath: folder + "/log.txt",
    configPath: folder + "/config.json",
  };
  app.use("/", require("express-pouchdb")(Db, settings));
  const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

main();
