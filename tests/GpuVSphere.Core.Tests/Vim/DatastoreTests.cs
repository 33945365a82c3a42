using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class DatastoreTests
{
    [Theory]
    [InlineData("[gpu-ds] ml-01/vmware.log", "gpu-ds", "ml-01/vmware.log")]
    [InlineData("[a b (1)]x", "a b (1)", "x")]
    [InlineData(" [ds] ", "ds", "")]
    [InlineData("[ds] /x/y", "ds", "x/y")]
    public void Paths_are_read(string text, string datastore, string path) => Assert.Equal(new DatastorePath(datastore, path), DatastorePath.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("ds/x")]
    [InlineData("[] x")]
    [InlineData("[ds x")]
    public void What_is_no_path_is_refused(string text) => Assert.Equal("MalformedDatastorePath", Assert.Throws<GpuVSphereException>(() => DatastorePath.Parse(text)).Id);

    [Fact]
    public void Paths_are_written_as_vSphere_does()
    {
        Assert.Equal("[ds] ml-01/vmware.log", DatastorePath.Parse("[ds] ml-01/").Combine("vmware.log").ToString());
        Assert.Equal("[ds] ml-01/vmware.log", DatastorePath.Parse("[ds] ml-01").Combine("vmware.log").ToString());
        Assert.Equal("[ds] vmware.log", DatastorePath.Parse("[ds]").Combine("vmware.log").ToString());
        Assert.Equal("[ds]", DatastorePath.Parse("[ds]").ToString());
    }

    [Fact]
    public void The_address_of_a_file_is_encoded_piece_by_piece() => Assert.Equal(
        "/folder/ml%2001/vm%3F%23.log?dcPath=Europe%2FDC%20%26%201&dsName=ds%2B1",
        DatastoreFiles.PathAndQuery("Europe/DC & 1", new DatastorePath("ds+1", "ml 01/vm?#.log")));

    [Fact]
    public async Task Files_travel_with_the_cookie_of_the_session()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin("\"c1\"");
        MemoryFiles files = new();
        using VimCredential credential = new("u", "p".ToCharArray());
        using VimSession session = await VimSession.ConnectAsync(new VimServer("vc", server, files, new InstantClock()), credential, CancellationToken.None);
        DatastorePath path = DatastorePath.Parse("[ds] a/b.txt");
        await session.WriteAsync("DC", path, new MemoryStream(Encoding.UTF8.GetBytes("hello")), 5, CancellationToken.None);
        using StreamReader reader = new(await session.OpenReadAsync("DC", path, CancellationToken.None));
        Assert.Equal("hello", await reader.ReadToEndAsync());
        Assert.Equal(["\"c1\"", "\"c1\""], files.Cookies);
    }

    [Fact]
    public async Task An_expired_session_says_how_to_come_back_to_the_one_who_lent_it()
    {
        ScriptedTransport server = new();
        server.Always("RetrieveServiceContent", Soap.ServiceContent).Always(
            "RetrievePropertiesEx",
            "<returnval><objects><obj type=\"SessionManager\">SessionManager</obj><propSet><name>currentSession</name><val><userName>bob</userName></val></propSet></objects></returnval>");
        using VimSession session = await VimSession.AdoptAsync(new VimServer("vc.lent", server, new ExpiredFiles(), new InstantClock()), "\"c\"", CancellationToken.None);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.OpenReadAsync("DC", new DatastorePath("ds", "x"), CancellationToken.None));
        Assert.Equal("SessionExpired", error.Id);
        Assert.Contains("Connect-VIServer -Server vc.lent", error.NextStep);
    }

    private sealed class ExpiredFiles : IFileTransport
    {
        public Task<Stream> OpenReadAsync(string pathAndQuery, string? cookie, CancellationToken cancellationToken) =>
            throw new GpuVSphereException("SessionExpired", GpuErrorCategory.AuthenticationFailed, "no");

        public Task WriteAsync(string pathAndQuery, string? cookie, Stream content, long length, CancellationToken cancellationToken) =>
            throw new GpuVSphereException("SessionExpired", GpuErrorCategory.AuthenticationFailed, "no");
    }

    private sealed class MemoryFiles : IFileTransport
    {
        private readonly Dictionary<string, byte[]> _files = [];

        public List<string?> Cookies { get; } = [];

        public Task<Stream> OpenReadAsync(string pathAndQuery, string? cookie, CancellationToken cancellationToken)
        {
            Cookies.Add(cookie);
            return Task.FromResult<Stream>(new MemoryStream(_files[pathAndQuery]));
        }

        public async Task WriteAsync(string pathAndQuery, string? cookie, Stream content, long length, CancellationToken cancellationToken)
        {
            Cookies.Add(cookie);
            byte[] bytes = new byte[length];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            _files[pathAndQuery] = bytes;
        }
    }
}
