using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>
/// A program that guests can run. To add one, write a class of its own with a constructor without parameters: <see cref="GuestPrograms"/> finds every
/// implementation in this assembly. A guest has the program when a file is there that is it (<see cref="GuestFiles.PutProgram"/>: put there by
/// <see cref="GuestFactory"/>, by a <see cref="GuestPackage"/>, or by another program such as an installer), so that <c>which</c> and <c>command -v</c> tell
/// the truth. One that ends at once derives from <see cref="InstantProgram"/>; a daemon is a program whose task ends with its token. What it has to
/// remember between calls it keeps in <see cref="SimulatedGuest.State{T}"/> or in files of the guest.
/// Beside it: <see cref="IGuestFileFormat"/> (files that come from outside, such as an installer, and run as a program), <see cref="IGuestPackageSource"/>
/// (packages for apt-get, dnf and yum), <see cref="IGuestPackageFormat"/> (package files for dpkg, rpm), <see cref="IGuestModule"/> (kernel modules) and
/// <see cref="IGuestBoot"/> (what happens when the guest starts) are found in the same way.
/// </summary>
internal interface IGuestProgram
{
    /// <summary>Its names, without a folder.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Runs it. Whatever it reads or changes of the guest, it does under the gate: <see cref="GuestCall.Locked{T}"/>.</summary>
    /// <param name="call">Arguments, input and outputs, user, guest.</param>
    /// <param name="cancellationToken">Cancelled when a signal ends it, or the guest goes down.</param>
    /// <returns>The exit code.</returns>
    Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken);
}
