using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>curl and wget: what <see cref="SimulatedInventory.Downloads"/> has, when the guest has a way to the internet.</summary>
internal sealed class DownloadProgram() : InstantProgram("curl", "wget")
{
    protected override int Run(GuestCall call)
    {
        string? url = call.Arguments.FirstOrDefault(word => word.IndexOf("://", StringComparison.Ordinal) > 0 || (word.IndexOf('.') > 0 && word.IndexOf('/') != 0 && !word.StartsWith("-", StringComparison.Ordinal)));
        if (url is null)
        {
            return call.Fail(call.Name + ": no URL specified!", 2);
        }

        bool isCurl = call.Name == "curl";
        string host = url.Split(["://"], StringSplitOptions.None).Last().Split('/')[0];
        if (!call.Guest.HasInternet)
        {
            return call.Fail(isCurl ? "curl: (6) Could not resolve host: " + host : "wget: unable to resolve host address '" + host + "'", isCurl ? 6 : 4);
        }

        byte[]? content = new[] { url, "https://" + url, "http://" + url }.Select(one => call.Guest.Inventory.Downloads.TryGetValue(one, out byte[]? found) ? found : null).FirstOrDefault(found => found is not null);
        if (content is null)
        {
            return call.Fail(isCurl ? "curl: (22) The requested URL returned error: 404" : "ERROR 404: Not Found.", isCurl ? 22 : 8);
        }

        List<string> words = call.Arguments.ToList();
        int at = words.FindIndex(word => word is "-o" or "-O" or "--output");
        if (at < 0 || (isCurl && words[at] == "-O") || (at + 1 < words.Count && words[at + 1] == "-"))
        {
            call.Io.Output.Write(content);
        }
        else
        {
            call.Guest.Files.Open(call.PathOf(words[at + 1]), false, call.User).Content = content;
        }

        return 0;
    }
}
