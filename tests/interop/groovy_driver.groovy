// groovy_driver.groovy FILE...: runs each file as groovy_probe does, all in one start of the JVM.
args.each { name ->
  println "== $name"
  def out = new StringWriter()
  def binding = new Binding()
  binding.setProperty('out', new PrintWriter(out))
  try {
    new GroovyShell(binding).evaluate(new File(name).text)
  } catch (Throwable thrown) {
    out << "!! ${thrown.class.name}\n"
  }
  print out
}
