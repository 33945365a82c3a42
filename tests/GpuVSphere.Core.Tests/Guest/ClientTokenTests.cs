using System.IO;
using System.Text;
using GpuVSphere.Guest;
using GpuVSphere.Operations;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class ClientTokenTests
{
    [Theory]
    [InlineData("client_configuration_token_04-01-2026-10-00-00.tok", "client_configuration_token_04-01-2026-10-00-00.tok")]
    [InlineData("my token.tok", "client_configuration_token_my_token.tok")]
    [InlineData("token", "client_configuration_token_token.tok")]
    [InlineData("$(reboot).TOK", "client_configuration_token___reboot_.tok")]
    public void It_gets_the_name_that_the_daemon_looks_for(string file, string expected) => Assert.Equal(expected, ClientToken.NameInGuest(file));

    [Theory]
    [InlineData("eyJhbGciOi.JSUzI1NiIsInR5.cCI6IkpXVCJ9\n", null)]
    [InlineData("", "empty")]
    [InlineData("<html>404</html>", "page")]
    [InlineData("{\"error\":1}", "document")]
    [InlineData("a\0b", "no text")]
    public void What_cannot_be_one_is_told(string text, string? why)
    {
        if (why is null)
        {
            Assert.Null(ClientToken.Trouble(Encoding.UTF8.GetBytes(text)));
        }
        else
        {
            Assert.Contains(why, ClientToken.Trouble(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Fact]
    public void One_that_cannot_be_read_is_told_before_any_server_is_asked()
    {
        string path = Path.GetTempFileName();
        try
        {
            using FileStream held = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => VgpuLicenseIntents.Token([], path, null, false, new GuestChangeOptions()));
            Assert.Equal(("TokenNotReadable", path), (error.Id, error.Target));
            Assert.NotNull(error.NextStep);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_is_shown_of_it_is_its_name_and_the_beginning_of_its_hash()
    {
        byte[] content = Encoding.UTF8.GetBytes("secret");
        Assert.Equal("a.tok (SHA-256 2bb80d537b1d)", ClientToken.Words("a.tok", ClientToken.Hash(content)));
    }
}
