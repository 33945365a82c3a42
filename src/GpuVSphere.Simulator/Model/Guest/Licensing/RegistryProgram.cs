using System;
using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>reg.exe: query, add, and delete of one value.</summary>
internal sealed class RegistryProgram() : InstantProgram("reg.exe")
{
    protected override int Run(GuestCall call)
    {
        WindowsRegistry registry = call.Guest.State<WindowsRegistry>();
        string verb = call.Arguments.Count > 0 ? call.Arguments[0] : string.Empty;
        string key = call.Arguments.Count > 1 ? call.Arguments[1] : string.Empty;
        if (verb == "query")
        {
            if (!registry.Keys.TryGetValue(key, out SortedDictionary<string, (string Type, string Data)>? values))
            {
                return call.Fail("ERROR: The system was unable to find the specified registry key or value.");
            }

            call.Say("\r\nHKEY_LOCAL_MACHINE" + key.Substring(4) + "\r");
            foreach (KeyValuePair<string, (string Type, string Data)> value in values)
            {
                string data = value.Value.Type == "REG_DWORD" ? "0x" + int.Parse(value.Value.Data, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture) : value.Value.Data;
                call.Say("    " + value.Key + "    " + value.Value.Type + "    " + data + "\r");
            }

            return 0;
        }

        if (verb == "delete" && Option(call, "/v") is { } gone && call.Has("/f"))
        {
            return !call.User.IsRoot ? call.Fail("ERROR: Access is denied.")
                : registry.Keys.TryGetValue(key, out SortedDictionary<string, (string Type, string Data)>? there) && there.Remove(gone) ? 0
                : call.Fail("ERROR: The system was unable to find the specified registry key or value.");
        }

        if (verb != "add" || Option(call, "/v") is not { } name || Option(call, "/t") is not { } type || Option(call, "/d") is not { } text || !call.Has("/f"))
        {
            return call.Fail("ERROR: Invalid syntax.");
        }

        if (!call.User.IsRoot)
        {
            return call.Fail("ERROR: Access is denied.");
        }

        registry.Set(key, name, type, text);
        call.Say("The operation completed successfully.\r");
        return 0;
    }

    private static string? Option(GuestCall call, string name)
    {
        for (int i = 0; i + 1 < call.Arguments.Count; i++)
        {
            if (string.Equals(call.Arguments[i], name, StringComparison.OrdinalIgnoreCase))
            {
                return call.Arguments[i + 1];
            }
        }

        return null;
    }
}
