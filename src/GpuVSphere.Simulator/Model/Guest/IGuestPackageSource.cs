using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Packages that the repositories of a guest offer.</summary>
internal interface IGuestPackageSource
{
    /// <summary>What the repositories of this guest have, as it is set up now.</summary>
    IEnumerable<GuestPackage> PackagesFor(SimulatedGuest guest);
}
