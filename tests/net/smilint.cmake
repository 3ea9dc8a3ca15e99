# smilint -l 6 -s must have nothing to say; it ends with 0 whatever it finds, so its output counts.
# cmake -DSMILINT=... -DMIBS=... -DNET_SNMP_MIBS=... -DCONFIG=<file to write> -P smilint.cmake
file(WRITE ${CONFIG} "path ${MIBS}/base:${NET_SNMP_MIBS}\n")
execute_process(COMMAND ${SMILINT} -c ${CONFIG} -l 6 -s ${MIBS}/ZIGBEE-HA-MIB.txt
  OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE result)
if(said OR NOT result EQUAL 0)
  message(FATAL_ERROR "smilint (${result}):\n${said}")
endif()
