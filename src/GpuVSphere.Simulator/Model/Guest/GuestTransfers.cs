using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using GpuVSphere.Simulator.Posix;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>The files of guests that are on their way, behind <c>/guestFile</c>. Called under the gate.</summary>
internal sealed class GuestTransfers(SimulatedInventory inventory)
{
    private readonly Dictionary<string, GuestTransfer> _open = new(StringComparer.Ordinal);
    private int _last;

    /// <summary>Makes an address: at the VM's host, or for a client of the network, which cannot resolve that name, at the server it called.</summary>
    public string Add(GuestTransfer transfer, WireRequest? wire)
    {
        string token = Guid.NewGuid().ToString("N");
        string key = (++_last).ToString(CultureInfo.InvariantCulture) + "/" + token;
        _open[key] = transfer;
        HostSystem host = transfer.Guest.Vm.Host;
        string place = host.GuestFilesAt ?? (wire?.Network is { } scheme ? scheme + "://*" : "https://" + host.Name + ":443");
        return place + "/guestFile?id=" + _last.ToString(CultureInfo.InvariantCulture) + "&token=" + token;
    }

    public WireReply Serve(WireRequest request, IReadOnlyDictionary<string, string> query)
    {
        string key = (query.TryGetValue("id", out string? id) ? id : string.Empty) + "/" + (query.TryGetValue("token", out string? token) ? token : string.Empty);
        if (!_open.TryGetValue(key, out GuestTransfer? transfer) || transfer.ValidUntil < inventory.Now || !transfer.Guest.IsUp)
        {
            return WireReply.Text(404, "There is no such transfer.");
        }

        if (request.Verb == "PUT" != (transfer.Size is not null))
        {
            return WireReply.Text(405, "The transfer goes the other way.");
        }

        if (transfer.Size is { } size && size != request.Body.Length)
        {
            return WireReply.Text(400, "The file is not as long as was said.");
        }

        _open.Remove(key);
        try
        {
            if (transfer.Size is null)
            {
                byte[] content = transfer.Guest.Files.Read(transfer.Path, transfer.User).Content;
                return WireReply.Of(200, content, "application/octet-stream");
            }

            GuestFile file = transfer.Guest.Files.Open(transfer.Path, false, transfer.User);
            file.Content = request.Body;
            file.Mode = transfer.Mode;
            return WireReply.Text(200, string.Empty);
        }
        catch (ShError error)
        {
            return WireReply.Text(500, error.Message);
        }
    }
}
