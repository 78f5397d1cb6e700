package dev.mangru.collector.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.collector.node.CgroupPath.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupPathTest {

  private static final String ID = "0123456789abcdef".repeat(4);
  private static final String UID = "11112222-3333-4444-5555-666677778888";

  @ParameterizedTest
  @CsvSource({
    "/, ROOT, false, ''",
    "/docker, GROUP, false, ''",
    "/docker/ID, CONTAINER, true, ''",
    "/system.slice/docker-ID.scope, CONTAINER, true, ''",
    "/kubepods, KUBE_GROUP, false, ''",
    "/kubepods/burstable, KUBE_GROUP, false, ''",
    "/kubepods/besteffort/podUID, POD, false, UID",
    "/kubepods/podUID/ID, CONTAINER, true, UID",
    "/kubepods.slice, KUBE_GROUP, false, ''",
    "/kubepods.slice/kubepods-burstable.slice, KUBE_GROUP, false, ''",
    "/kubepods.slice/kubepods-podUNDER.slice, POD, false, UID",
    "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUNDER.slice, POD, false, UID",
    "/kubepods.slice/kubepods-podUNDER.slice/cri-containerd-ID.scope, CONTAINER, true, UID",
    "/kubepods.slice/kubepods-podUNDER.slice/crio-ID.scope, CONTAINER, true, UID",
    "/kubepods.slice/kubepods-podUNDER.slice/crio-conmon-ID.scope, IGNORED, false, ''",
    "/kubepods/burstable/podHASH/ID, CONTAINER, true, HASH",
    "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podUNDER.slice, POD, false, UID",
    "/system.slice/k3s.service/kubepods/podUID, POD, false, UID",
    "/system.slice/ssh.service, GROUP, false, ''",
    "/user.slice/user-0.slice/session-1.scope, IGNORED, false, ''",
    "/system.slice/dev-mqueue.mount, IGNORED, false, ''",
    "/init.scope, GROUP, false, ''",
    "/podman, GROUP, false, ''"
  })
  void a_path_tells_what_it_is(String path, Kind kind, boolean container, String uid) {
    String hash = "0123456789abcdef".repeat(2);
    CgroupPath cgroup =
        CgroupPath.of(
            path.replace("UNDER", UID.replace('-', '_'))
                .replace("UID", UID)
                .replace("HASH", hash)
                .replace("ID", ID));

    assertThat(cgroup.kind()).isEqualTo(kind);
    assertThat(cgroup.containerId()).isEqualTo(container ? ID : "");
    assertThat(cgroup.podUid()).isEqualTo(uid.replace("UID", UID).replace("HASH", hash));
  }
}
