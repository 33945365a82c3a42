using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>The setup for Windows. By itself it opens windows and waits for a person; with -s and -noeula it asks nothing.</summary>
internal sealed class NvidiaSetup : IGuestProgram
{
    private static readonly TimeSpan s_time = TimeSpan.FromMinutes(2);

    public IReadOnlyList<string> Names { get; } = ["nvidia-setup.exe"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        NvidiaPackage? driver = call.Locked(() => call.Guest.Files.Find(WindowsCommand.PathOf(call.Words[0])) is { } file ? NvidiaFileFormat.Read(file.Content) : null);
        if (driver is null)
        {
            return 2;
        }

        if (!call.Has("-s", "/s") || !call.Has("-noeula"))
        {
            // A window on a desktop that nobody sees.
            await call.ForeverAsync(cancellationToken).ConfigureAwait(false);
        }

        await call.DelayAsync(s_time, cancellationToken).ConfigureAwait(false);
        return call.Locked(() =>
        {
            SimulatedGuest guest = call.Guest;
            GuestNvidia state = guest.State<GuestNvidia>();
            bool wasThere = state.Installed is not null;
            NvidiaFiles.Put(guest, driver);
            if (wasThere)
            {
                // The driver that runs stays until the restart, which the setup asks for by its exit code.
                return 1;
            }

            state.Taken = driver;
            if (!guest.Modules.Contains("nvidia"))
            {
                guest.Modules.Add("nvidia");
            }

            Licensing.GriddFiles.Start(guest);

            return 0;
        });
    }
}
