class Job {
  Job() { [1].collect { return it }; return }
  Job(int count) { return null }
  Job(String name) { return 5 }  // expect error: a method that returns void cannot return a value
}
