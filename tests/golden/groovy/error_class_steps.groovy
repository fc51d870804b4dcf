class Deploy {
  def run() { sh('true') }  // expect error: groovy.lang.MissingMethodException: No signature of method: Deploy.sh() is applicable for argument types: (java.lang.String) values: [true]
}
new Deploy().run()
