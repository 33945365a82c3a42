using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

/// <summary>A server made of prepared answers: what is asked for without one fails the test.</summary>
internal sealed class ScriptedTransport : IVimTransport
{
    private static readonly XNamespace s_vim = "urn:vim25";
    private readonly Dictionary<string, Func<XElement, CancellationToken, Task<VimResponse>>> _always = [];
    private readonly Dictionary<string, Queue<Func<XElement, CancellationToken, Task<VimResponse>>>> _next = [];

    public List<(VimRequest Request, XElement? Call)> Sent { get; } = [];

    public string Versions { get; set; } = Soap.Versions("8.0.3.0", "8.0.2.0", "7.0.3.0", "6.7");

    public static XNamespace Ns => s_vim;

    /// <summary>A server that can be logged in to.</summary>
    public static ScriptedTransport WithLogin(string cookie = "\"cookie-1\"")
    {
        ScriptedTransport transport = new();
        transport.Always("RetrieveServiceContent", _ => Soap.Response(Soap.Result("RetrieveServiceContent", Soap.ServiceContent)));
        transport.Always("Login", _ => Soap.Response(Soap.Result("Login", Soap.UserSession), cookie: cookie));
        transport.Always("Logout", _ => Soap.Response(Soap.Result("Logout", string.Empty)));
        return transport;
    }

    public ScriptedTransport Always(string method, Func<XElement, VimResponse> answer)
    {
        _always[method] = (call, _) => Task.FromResult(answer(call));
        return this;
    }

    public ScriptedTransport Always(string method, string inner) => Always(method, _ => Soap.Response(Soap.Result(method, inner)));

    public ScriptedTransport Next(string method, Func<XElement, CancellationToken, Task<VimResponse>> answer)
    {
        if (!_next.TryGetValue(method, out Queue<Func<XElement, CancellationToken, Task<VimResponse>>>? queue))
        {
            _next[method] = queue = new();
        }

        queue.Enqueue(answer);
        return this;
    }

    public ScriptedTransport Next(string method, Func<XElement, VimResponse> answer) => Next(method, (call, _) => Task.FromResult(answer(call)));

    public ScriptedTransport Next(string method, string inner) => Next(method, _ => Soap.Response(Soap.Result(method, inner)));

    public IEnumerable<XElement> Calls(string method) => Sent.Where(sent => sent.Request.Method == method).Select(sent => sent.Call!);

    public int Count(string method) => Calls(method).Count();

    public VimServer Server(IClock? clock = null, TimeSpan? keepAlive = null) =>
        new("vc.test", this, new NoFiles(), clock ?? new InstantClock()) { KeepAlive = keepAlive };

    public async Task<VimSession> ConnectAsync(IClock? clock = null)
    {
        using VimCredential credential = new("root", "pw".ToCharArray());
        return await VimSession.ConnectAsync(Server(clock), credential, CancellationToken.None);
    }

    public Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (request.Body is null)
        {
            lock (Sent)
            {
                Sent.Add((request, null));
            }

            return Task.FromResult(Soap.Response(Versions));
        }

        XElement envelope = XElement.Parse(Encoding.UTF8.GetString(request.Body));
        XElement call = envelope.Elements().Single(element => element.Name.LocalName == "Body").Elements().Single();
        lock (Sent)
        {
            // A copy: a body with a secret is wiped after the call.
            Sent.Add((request, new XElement(call)));
        }

        if (_next.TryGetValue(request.Method!, out Queue<Func<XElement, CancellationToken, Task<VimResponse>>>? queue) && queue.Count > 0)
        {
            return queue.Dequeue()(call, cancellationToken);
        }

        return _always.TryGetValue(request.Method!, out Func<XElement, CancellationToken, Task<VimResponse>>? answer)
            ? answer(call, cancellationToken)
            : throw new InvalidOperationException("No answer was prepared for " + request.Method + ".");
    }

    public void Dispose()
    {
    }

    private sealed class NoFiles : IFileTransport
    {
        public Task<System.IO.Stream> OpenReadAsync(string pathAndQuery, string? cookie, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteAsync(string pathAndQuery, string? cookie, System.IO.Stream content, long length, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
