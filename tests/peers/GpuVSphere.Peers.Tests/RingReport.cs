using System;
using System.IO;

namespace GpuVSphere.Peers.Tests;

/// <summary>Says for each peer whether it is here, and shows that the harness can run it.</summary>
public sealed class RingReport
{
    [PeerFact(nameof(Peer.Vcsim))]
    public void Vcsim()
    {
        using VcsimServer server = VcsimServer.Start("-cluster", "1", "-host", "1", "-vm", "1");
        Assert.True(server.Address.Port > 0);
    }

    [PeerFact(nameof(Peer.Govc))]
    public void Govc() => Assert.StartsWith("govc", Peer.Govc.Run(["version"]).Succeeded(), StringComparison.Ordinal);

    [PeerFact(nameof(Peer.Pyvmomi))]
    public void Pyvmomi() => Assert.Equal("ok", Peer.Pyvmomi.Run(["-c", "from pyVmomi import vim; print('ok')"]).Succeeded().Trim());

    [PeerFact(nameof(Peer.Rbvmomi))]
    public void Rbvmomi() => Assert.Equal("ok", Peer.Rbvmomi.Run(["-e", "require 'rbvmomi'; puts 'ok'"]).Succeeded().Trim());

    [PeerFact(nameof(Peer.Sshd))]
    public void Sshd() => Assert.Contains("OpenSSH", Peer.Sshd.Run(["-V"]).Error + Peer.Ssh.Run(["-V"]).Error, StringComparison.Ordinal);

    [GuestMachineFact]
    public void GuestMachines()
    {
        using GuestMachine guest = GuestMachine.Start("guest-01");
        Assert.Contains(guest.Processes(), words => words.Contains("sshd", StringComparison.Ordinal));
        Assert.Equal("guest-01\n", guest.Read("/etc/hostname"));
    }

    [PeerFact(nameof(Peer.Dnf))]
    public void Dnf() => Assert.False(string.IsNullOrWhiteSpace(Peer.Dnf.Run(["--version"]).Succeeded()));

    [PeerFact(nameof(Peer.Busybox))]
    public void Busybox() => Assert.StartsWith("BusyBox", Peer.Busybox.Run([]).Succeeded(), StringComparison.Ordinal);

    [PeerFact(nameof(Peer.Sudo))]
    public void Sudo() => Assert.StartsWith("Sudo", Peer.Sudo.Run(["-V"]).Succeeded(), StringComparison.Ordinal);

    [PeerFact(nameof(Peer.Pwsh))]
    public void Pwsh() => Assert.Equal("Core", Peer.Pwsh.Run(["-NoProfile", "-NonInteractive", "-Command", "$PSVersionTable.PSEdition"]).Succeeded().Trim());

    [PeerFact(nameof(Peer.Curl))]
    public void Curl() => Assert.StartsWith("curl", Peer.Curl.Run(["--version"]).Succeeded(), StringComparison.Ordinal);

    [PeerFact(nameof(Peer.GpuInventory))]
    public void GpuInventory() => Assert.True(File.Exists(Peer.GpuInventory.Path));
}
