using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using System.Xml;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Answers one HTTP request: SOAP, the list of API versions, or a datastore file. The same for every transport.</summary>
internal sealed class RequestHandler(SimulatedServer server)
{
    /// <summary>Begins an answer, which takes no simulated time but what it waits for.</summary>
    public SimulatorWork Begin() => server.Clock.Begin();

    /// <exception cref="OperationCanceledException">The client went away, or the simulator ends.</exception>
    public async Task<WireReply> HandleAsync(WireRequest request, CancellationToken cancellationToken)
    {
        if (!server.IsReachable)
        {
            return WireReply.Dropped;
        }

        string path = request.Target.Split('?')[0];
        if (request.Verb == "POST" && path.TrimEnd('/') is "/sdk" or "/sdk/vimService")
        {
            return await SoapAsync(request, cancellationToken).ConfigureAwait(false);
        }

        FaultRule? rule = server.Faults.Match(request.Verb, isSoap: false, null, null);
        return await WithRuleAsync(rule, () => Task.FromResult(Plain(request, path)), () => WireReply.Text(500, rule!.FaultMessage), cancellationToken).ConfigureAwait(false);
    }

    private static WireReply FaultReply(string message, DataObject? detail, WireVersion version, string code = "ServerFaultCode") =>
        WireReply.Of(500, SoapWriter.Fault(code, message, detail, version));

    private static WireReply Break(FaultRule rule, WireReply reply)
    {
        if (rule.DropConnection)
        {
            return WireReply.Dropped;
        }

        if (rule.HttpStatus is { } status)
        {
            return WireReply.Text(status, "The simulator was told to answer with " + status.ToString(CultureInfo.InvariantCulture) + ".");
        }

        if (rule.Garbage)
        {
            return WireReply.Of(reply.Status, Encoding.UTF8.GetBytes("<<<\u0001 this is no reply of a vSphere server"));
        }

        return rule.Truncate is { } kept
            ? new WireReply { Status = reply.Status, ContentType = reply.ContentType, Body = reply.Body, Length = reply.Length, SetSession = reply.SetSession, BreakAfter = Math.Min(kept, reply.Length) }
            : reply;
    }

    /// <summary>Does the work with the accident that a rule orders, before or after it.</summary>
    private async Task<WireReply> WithRuleAsync(FaultRule? rule, Func<Task<WireReply>> work, Func<WireReply> fault, CancellationToken cancellationToken)
    {
        if (rule is null)
        {
            return await work().ConfigureAwait(false);
        }

        if (!rule.AfterWork && rule.Delay > TimeSpan.Zero)
        {
            await server.Clock.DelayAsync(rule.Delay, cancellationToken).ConfigureAwait(false);
        }

        // A reply can only be cut short when there is one; everything else happens instead of the work, unless it is to come after it.
        bool instead = rule.Fault is not null || rule.DropConnection || rule.HttpStatus is not null || rule.Garbage;
        WireReply reply = instead && !rule.AfterWork ? WireReply.Text(200, string.Empty) : await work().ConfigureAwait(false);
        if (rule.AfterWork && rule.Delay > TimeSpan.Zero)
        {
            await server.Clock.DelayAsync(rule.Delay, cancellationToken).ConfigureAwait(false);
        }

        return Break(rule, rule.Fault is null ? reply : fault());
    }

    private async Task<WireReply> SoapAsync(WireRequest request, CancellationToken cancellationToken)
    {
        if (!TryReadVersion(request.SoapAction, out WireVersion version, out string text))
        {
            // Facts: samples/soap-fault-versionmismatch.txt.
            return FaultReply("Unsupported version URI \"" + text + "\"", null, server.Version, "VersionMismatchFaultCode");
        }

        SoapRequest soap;
        try
        {
            soap = SoapReader.Read(request.Body);
        }
        catch (SimulatedFault fault)
        {
            return FaultReply(fault.Message, fault.Detail, version, "ClientFaultCode");
        }

        FaultRule? rule = server.Faults.Match(soap.Method, isSoap: true, soap.Self.Type, soap.Self.Value);
        return await WithRuleAsync(
            rule,
            () => CallAsync(soap, request, version, text, cancellationToken),
            () => FaultReply(rule!.FaultMessage, new DataObject(rule.Fault!), version),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<WireReply> CallAsync(SoapRequest soap, WireRequest request, WireVersion version, string apiVersion, CancellationToken cancellationToken)
    {
        SimulatedSession? session;
        lock (server.Gate)
        {
            session = server.Sessions.Find(request.SessionCookie);
            if (session is not null)
            {
                session.CallCount++;
                session.CallsInProgress++;
                session.LastActive = server.Clock.UtcNow;
            }
        }

        MethodCall call = new(soap.Method, soap.Arguments, session, apiVersion) { Self = soap.Self, OperationId = soap.OperationId, Version = version, Wire = request };
        try
        {
            object? result = await server.InvokeAsync(call, cancellationToken).ConfigureAwait(false);
            byte[] body;
            lock (server.Gate)
            {
                body = SoapWriter.Reply(soap.Method, result, version);
            }

            return new WireReply { Body = new MemoryStream(body, writable: false), Length = body.Length, SetSession = call.Opened?.Cookie };
        }
        catch (SimulatedFault fault)
        {
            return FaultReply(fault.Message, fault.Detail, version);
        }
        catch (SimulatedDisconnect)
        {
            return WireReply.Dropped;
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception e)
        {
            // A mistake of the simulator's own: said as vSphere says an internal error, with the whole story.
            return FaultReply("A general system error occurred: " + e.Message, new DataObject("SystemError").With("reason", e.ToString()), version);
        }
        finally
        {
            if (session is not null)
            {
                lock (server.Gate)
                {
                    session.CallsInProgress--;
                    session.LastActive = server.Clock.UtcNow;
                }
            }
        }
    }

    private bool TryReadVersion(string? soapAction, out WireVersion version, out string text)
    {
        text = (soapAction ?? string.Empty).Trim().Trim('"');
        const string Prefix = "urn:vim25/";
        if (text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return WireVersion.TryParse(text.Substring(Prefix.Length), out version) && version.IsSpokenBy(server.Version) && Shorten(ref text, Prefix.Length);
        }

        // Without a version a client is taken for the oldest one.
        version = WireVersion.Parse("4.0");
        text = text is "" or "urn:vim25" ? "4.0" : text;
        return text == "4.0";
    }

    private static bool Shorten(ref string text, int length)
    {
        text = text.Substring(length);
        return true;
    }

    private WireReply Plain(WireRequest request, string path)
    {
        switch (request.Verb)
        {
            case "GET" or "HEAD" when path == "/sdk/vimServiceVersions.xml":
                return WireReply.Of(200, Versions());
            case "GET" or "HEAD" or "PUT" when path.StartsWith("/folder/", StringComparison.Ordinal):
                return Folder(request, path.Substring("/folder/".Length));
            case "GET" or "PUT" when path == "/guestFile":
                lock (server.Gate)
                {
                    return server.Model.GuestFile(request, Query(request.Target));
                }

            case "GET" or "HEAD":
                return WireReply.Text(404, "There is nothing at " + path + ".");
            default:
                return WireReply.Text(405, request.Verb + " is not understood at " + path + ".");
        }
    }

    private WireReply Folder(WireRequest request, string encodedPath)
    {
        Dictionary<string, string> query = Query(request.Target);
        string path = Uri.UnescapeDataString(encodedPath);
        query.TryGetValue("dcPath", out string? datacenter);
        if (!query.TryGetValue("dsName", out string? datastore))
        {
            return WireReply.Text(400, "The query names no datastore (dsName).");
        }

        lock (server.Gate)
        {
            SimulatedSession? session = server.Sessions.Find(request.SessionCookie);
            if (session is null)
            {
                return WireReply.Text(401, "The session is not authenticated.");
            }

            session.LastActive = server.Clock.UtcNow;
            bool writes = request.Verb == "PUT";
            if (!session.May(writes ? "Datastore.FileManagement" : "Datastore.Browse"))
            {
                return WireReply.Text(403, "The account may not " + (writes ? "write to" : "read from") + " the datastore.");
            }

            if (writes)
            {
                return server.Model.Files.Write(datacenter, datastore, path, request.Body) switch
                {
                    FileWrite.Done => WireReply.Text(201, string.Empty),
                    FileWrite.NoDatastore => WireReply.Text(404, "There is no such datastore."),
                    FileWrite.NoFolder => WireReply.Text(404, "There is no folder for [" + datastore + "] " + path + "."),
                    _ => WireReply.Text(507, "Insufficient storage on [" + datastore + "]."),
                };
            }

            Stream? content = server.Model.Files.OpenRead(datacenter, datastore, path);
            return content is null ? WireReply.Text(404, "There is no file [" + datastore + "] " + path + ".") : Ranged(content, request.Range);
        }
    }

    private static WireReply Ranged(Stream content, string? range)
    {
        long total = content.Length;
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (range is null || !range.StartsWith("bytes=", StringComparison.Ordinal))
        {
            return new WireReply { Body = content, Length = total, ContentType = "application/octet-stream" };
        }

        string[] ends = range.Substring("bytes=".Length).Split('-');
        long first = 0;
        long last = total - 1;
        bool isRead = ends.Length == 2
            && (ends[0].Length == 0 || long.TryParse(ends[0], NumberStyles.None, invariant, out first))
            && (ends[1].Length == 0 || long.TryParse(ends[1], NumberStyles.None, invariant, out last));
        if (isRead && ends[0].Length == 0)
        {
            // "-500" is the last 500 bytes.
            first = Math.Max(0, total - last);
            last = total - 1;
        }

        last = Math.Min(last, total - 1);
        if (!isRead || first > last)
        {
            content.Dispose();
            return new WireReply { Status = 416, ContentType = "text/plain", ContentRange = "bytes */" + total.ToString(invariant) };
        }

        content.Position = first;
        return new WireReply
        {
            Status = 206,
            Body = content,
            Length = last - first + 1,
            ContentType = "application/octet-stream",
            ContentRange = string.Format(invariant, "bytes {0}-{1}/{2}", first, last, total),
        };
    }

    private static Dictionary<string, string> Query(string target)
    {
        Dictionary<string, string> query = new(StringComparer.Ordinal);
        int start = target.IndexOf('?');
        foreach (string pair in start < 0 ? [] : target.Substring(start + 1).Split('&'))
        {
            int equals = pair.IndexOf('=');
            if (equals > 0)
            {
                query[Uri.UnescapeDataString(pair.Substring(0, equals))] = Uri.UnescapeDataString(pair.Substring(equals + 1).Replace('+', ' '));
            }
        }

        return query;
    }

    private byte[] Versions()
    {
        using MemoryStream bytes = new();
        using (XmlWriter xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartElement("namespaces");
            xml.WriteAttributeString("version", "1.0");
            xml.WriteStartElement("namespace");
            xml.WriteElementString("name", "urn:vim25");
            xml.WriteElementString("version", server.Profile.ApiVersion);
            xml.WriteStartElement("priorVersions");
            foreach (string prior in WireVersion.Prior(server.Version))
            {
                xml.WriteElementString("version", prior);
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }
}
