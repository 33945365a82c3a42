using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Shell;

public sealed class OpenSshTroubleTests
{
    [Theory]
    [InlineData("ssh: connect to host esx01 port 22: Connection refused", "SshRefused")]
    [InlineData("ssh: connect to host esx01 port 22: Connection timed out", "SshTimeout")]
    [InlineData("ssh: connect to host esx01 port 22: No route to host", "SshTimeout")]
    [InlineData("ssh: Could not resolve hostname esx01: Name or service not known", "SshNameUnknown")]
    [InlineData("ssh: Could not resolve hostname esx01: No such host is known. ", "SshNameUnknown")]
    [InlineData("No ED25519 host key is known for esx01 and you have requested strict checking.\r\nHost key verification failed.", "SshHostKeyUnknown")]
    [InlineData("@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.", "SshHostKeyChanged")]
    [InlineData("@       WARNING: REVOKED HOST KEY DETECTED!               @\nHost key verification failed.", "SshHostKeyChanged")]
    [InlineData("root@esx01: Permission denied (publickey,keyboard-interactive).", "SshAuthenticationFailed")]
    [InlineData("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures", "SshAuthenticationFailed")]
    [InlineData("Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa", "SshFailed")]
    [InlineData("Connection closed by 10.0.0.1 port 22", "SshFailed")]
    [InlineData("Cannot execute command-line and remote command.", "SshFailed")]
    [InlineData("something new", "SshFailed")]
    [InlineData("", "SshFailed")]
    public void Each_trouble_has_its_id_a_text_and_a_next_step(string said, string id)
    {
        GpuVSphereException error = OpenSshTrouble.Read(said).Explain("esx01", "root@esx01", hadPassword: false);

        Assert.Equal(id, error.Id);
        Assert.Equal("esx01", error.Target);
        Assert.Contains("esx01", error.Message);
        Assert.NotEmpty(error.NextStep!);
    }

    [Fact]
    public void A_changed_key_is_shown_with_where_the_other_is_known()
    {
        const string Said = "@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@\nIT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\n"
            + "The fingerprint for the ED25519 key sent by the remote host is\nSHA256:abcDEF+/123.\nPlease contact your system administrator.\n"
            + "Add correct host key in C:\\data\\known_hosts to get rid of this message.\nOffending ECDSA key in C:\\data\\known_hosts:12\nHost key verification failed.";

        GpuVSphereException error = OpenSshTrouble.Read(Said).Explain("esx01", "esx01", hadPassword: false);

        Assert.Equal("SshHostKeyChanged", error.Id);
        Assert.Contains("ED25519 SHA256:abcDEF+/123", error.Message);
        Assert.Contains("C:\\data\\known_hosts, line 12", error.Message);
        Assert.Contains("ssh-keygen -R esx01", error.NextStep);
    }

    [Fact]
    public void A_refused_login_says_who_with_what_and_what_would_do()
    {
        OpenSshTrouble trouble = OpenSshTrouble.Read("john@esx01: Permission denied (publickey,keyboard-interactive).");

        Assert.Contains("of john with the keys", trouble.Explain("esx01", "esx01", hadPassword: false).Message);
        Assert.Contains("publickey,keyboard-interactive", trouble.Explain("esx01", "esx01", hadPassword: false).Message);
        Assert.Contains("-HostCredential", trouble.Explain("esx01", "esx01", hadPassword: false).NextStep);
        Assert.Contains("of john with the password", trouble.Explain("esx01", "esx01", hadPassword: true).Message);
    }

    [Fact]
    public void The_client_s_words_for_debugging_show_the_key() =>
        Assert.Equal("ssh-ed25519 SHA256:xyz", OpenSshTrouble.FingerprintIn("debug1: Server host key: ssh-ed25519 SHA256:xyz\r\ndebug1: load_hostkeys"));
}
