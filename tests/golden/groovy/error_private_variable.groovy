class Job { Job() { def private x = 1 } }  // expect error: Modifier 'private' not allowed here.
