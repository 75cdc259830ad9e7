// Makes a film with the TypeScript example, behind which this is put: use-client.mjs KEY PROJECT.json

import { readFileSync } from 'node:fs';

const [key, project] = process.argv.slice(2);
const client = new VideoCraftAPI(key);
const job = await client.createVideo(JSON.parse(readFileSync(project, 'utf8')));
let status: JobStatus = await client.getJobStatus(job.job_id);
let before = 0;
while (status.status === 'pending' || status.status === 'processing') {
  if (status.progress < before) throw new Error(`${status.progress} after ${before}`);
  before = status.progress;
  await new Promise((resolve) => setTimeout(resolve, 100));
  status = await client.getJobStatus(job.job_id);
}
if (status.status !== 'completed') throw new Error(JSON.stringify(status));
console.log(job.video_id);
