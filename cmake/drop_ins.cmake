# hamlet's script names as links to the one binary, which acts by the name it was called with, in
# the layout of the bash executor: beside the built binary, and below share/ of an installation.
set(drop_ins automation/setContext.sh automation/constructTree.sh
  automation/jenkins/aws/constructTree.sh cli/runTask.sh)
foreach(script IN LISTS drop_ins)
  get_filename_component(folder "share/runtask/${script}" DIRECTORY)
  string(REGEX REPLACE "[^/]+" ".." up "${folder}")
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/${folder}")
  file(CREATE_LINK "${up}/runtask" "${CMAKE_BINARY_DIR}/share/runtask/${script}" SYMBOLIC)
  install(CODE "
    set(installed \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/runtask/${script}\")
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}\")
    file(CREATE_LINK \"${up}/bin/runtask\" \"\${installed}\" SYMBOLIC)
    message(STATUS \"Installing: \${installed}\")")
endforeach()
